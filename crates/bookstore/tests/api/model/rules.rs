use serde_json::{Value, json};

use super::operation::Pick;
use crate::support::notified;

/// The expected state, by the simplest form of the rules: a restock changes the status of everyone who waits. The service
/// itself changes no status, so the two are unlikely to be wrong in the same way.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) books: Vec<Book>,
    /// In the order in which they were placed.
    pub(crate) placed: Vec<Placed>,
}

#[derive(Debug)]
pub(crate) struct Book {
    /// As the API shows it.
    pub(crate) body: Value,
    pub(crate) exists: bool,
}

#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) user: usize,
    pub(crate) book: usize,
    /// As the API shows it.
    pub(crate) body: Value,
}

/// Status, code, and the invalid field.
pub(crate) type Refusal = (u16, &'static str, Option<&'static str>);

impl Shop {
    pub(crate) fn new(books: impl Iterator<Item = Value>) -> Self {
        let mut books: Vec<Book> = books.map(|body| Book { body, exists: true }).collect();
        books.push(Book { body: json!({ "id": i64::MAX }), exists: false });
        Self { books, placed: Vec::new() }
    }

    fn has_copies(&self, book: usize) -> bool {
        self.books[book].body["stock_quantity"].as_i64() > Some(0)
    }

    pub(crate) fn may_place(&self, user: usize, book: usize) -> Result<(), Refusal> {
        let waits = |placed: &Placed| placed.user == user && placed.book == book && placed.body["status"] == "waiting";
        if !self.books[book].exists {
            Err((404, "BOOK_NOT_FOUND", Some("book_id")))
        } else if self.has_copies(book) {
            Err((409, "PREBOOK_BOOK_IN_STOCK", Some("book_id")))
        } else if self.placed.iter().any(waits) {
            Err((409, "PREBOOK_DUPLICATE", Some("book_id")))
        } else {
            Ok(())
        }
    }

    /// The index of the picked pre-booking, if it exists.
    pub(crate) fn pick(&self, user: usize, pick: Pick) -> Option<usize> {
        let mut newest_first = (0..self.placed.len()).rev();
        match pick {
            Pick::Own(skip) => newest_first.filter(|&index| self.placed[index].user == user).nth(skip),
            Pick::Anyones(skip) => newest_first.nth(skip),
            Pick::Unknown => None,
        }
    }

    pub(crate) fn may_see(&self, user: usize, index: Option<usize>) -> Result<usize, Refusal> {
        let own = index.filter(|&index| self.placed[index].user == user);
        own.ok_or((404, "PREBOOK_NOT_FOUND", None))
    }

    pub(crate) fn may_cancel(&self, user: usize, index: Option<usize>) -> Result<usize, Refusal> {
        let index = self.may_see(user, index)?;
        if self.placed[index].body["status"] == "cancelled" {
            return Err((409, "PREBOOK_ALREADY_CANCELLED", None));
        }
        Ok(index)
    }

    pub(crate) fn may_change(&self, book: usize) -> Result<(), Refusal> {
        if self.books[book].exists { Ok(()) } else { Err((404, "BOOK_NOT_FOUND", None)) }
    }

    pub(crate) fn may_delete(&self, book: usize) -> Result<(), Refusal> {
        self.may_change(book)?;
        if self.placed.iter().any(|placed| placed.book == book) {
            return Err((409, "BOOK_HAS_PREBOOKINGS", None));
        }
        Ok(())
    }

    /// Sets a book's stock, and returns whether that is a restock.
    pub(crate) fn set_stock(&mut self, book: usize, quantity: i64, now: &Value) -> bool {
        let is_restock = !self.has_copies(book) && quantity > 0;
        let body = &mut self.books[book].body;
        body["stock_quantity"] = quantity.into();
        body["in_stock"] = (quantity > 0).into();
        body["updated_at"] = now.clone();
        let of_book = self.placed.iter_mut().filter(|placed| placed.book == book);
        for waiting in of_book.filter(|placed| is_restock && placed.body["status"] == "waiting") {
            waiting.body = notified(&waiting.body, now);
        }
        is_restock
    }

    /// Lists this user's pre-bookings, the newest first.
    pub(crate) fn list(&self, user: usize, status: Option<&str>) -> Vec<Value> {
        let own = self.placed.iter().rev().filter(|placed| placed.user == user).map(|placed| placed.body.clone());
        own.filter(|body| status.is_none_or(|status| body["status"] == status)).collect()
    }
}
