use reqwest::Method;
use serde_json::json;

use super::super::kept_connections::{begin_to_add_a_book, finish_adding_a_book};
use crate::support::{Caller, RawConnection};

/// A client on a keep-alive connection, whose request is in flight when the service is told to stop.
pub(super) struct Client {
    connection: RawConnection,
    caller: Caller,
    asking: Asking,
    book: i64,
    pub(super) turn: Turn,
    /// The number of the program that it calls.
    pub(super) program: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Its transaction waits at the gate of the book.
    SetStock,
    /// Its single statement waits there.
    Place,
    /// The service waits for the body.
    AddBook,
}

/// When the request can be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// As soon as the service is told to stop.
    Early,
    /// When the thread of the early clients has ended.
    Late,
}

impl Client {
    pub(super) fn new(program: (usize, &str), caller: &Caller, asking: Asking, turn: Turn, book: i64) -> Self {
        let (program, url) = program;
        let connection = RawConnection::open(url);
        Self { connection, caller: caller.clone(), asking, book, turn, program }
    }

    /// The book at whose gate it waits.
    pub(super) fn waits_for(&self) -> Option<i64> {
        (self.asking != Asking::AddBook).then_some(self.book)
    }

    /// Makes a request of the same kind about another book.
    pub(super) fn warm_up(&mut self, book: i64) {
        match self.asking {
            Asking::SetStock => self.set_stock(book),
            Asking::Place => self.place(book),
            Asking::AddBook => self.connection.call(&self.caller, &Method::GET, "/health", &json!(null)),
        }
    }

    pub(super) fn assert_warm(&mut self) {
        let answer = self.connection.read_kept_answer();
        assert!([200, 201].contains(&answer.status), "{answer:?}");
    }

    pub(super) fn send_request(&mut self) {
        match self.asking {
            Asking::SetStock => self.set_stock(self.book),
            Asking::Place => self.place(self.book),
            Asking::AddBook => begin_to_add_a_book(&mut self.connection, &self.caller),
        }
    }

    /// Waits for the response, and returns what is wrong with it.
    pub(super) fn read_result(self) -> Option<String> {
        let (answer, expected) = match self.asking {
            Asking::SetStock => (self.connection.read_answer(), 200),
            Asking::Place => (self.connection.read_answer(), 201),
            Asking::AddBook => (finish_adding_a_book(self.connection, 0), 201),
        };
        let (asking, turn) = (self.asking, self.turn);
        (answer.status != expected).then(|| format!("{turn:?} {asking:?}: {} {}", answer.status, answer.body))
    }

    fn set_stock(&mut self, book: i64) {
        let (path, body) = (format!("/books/{book}/stock"), json!({ "quantity": 1 }));
        self.connection.call(&self.caller, &Method::PATCH, &path, &body);
    }

    fn place(&mut self, book: i64) {
        self.connection.call(&self.caller, &Method::POST, "/prebooks", &json!({ "book_id": book }));
    }
}
