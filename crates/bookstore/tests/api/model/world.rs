use std::collections::BTreeMap;
use std::sync::Mutex;

use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::TestDatabase;

use super::operation::{BOOKS, Operation, Pick, USERS};
use super::rules::{Placed, Refusal, Shop};
use crate::support::{Answer, Caller, TestApp};

type Checked<T = ()> = Result<T, TestCaseError>;

/// The service and its users. Signing in takes long, so the users stay the same; each sequence has new books.
pub(crate) struct World {
    app: TestApp,
    users: Vec<Caller>,
    outcomes: Mutex<BTreeMap<String, u32>>,
}

impl World {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        let app = TestApp::start(database).await;
        let users = app.register_many(USERS).await;
        app.admin().await;
        Self { app, users, outcomes: Mutex::default() }
    }

    /// How often each outcome happened.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, u32> {
        self.outcomes.lock().unwrap().clone()
    }

    /// Runs these operations one after the other. After each step it checks what one of the users sees, and at the end
    /// everything.
    pub(crate) async fn run(&self, operations: &[Operation]) -> Checked {
        let mut books = Vec::new();
        for _ in 0..BOOKS {
            books.push(self.app.add_book(0).await);
        }
        let mut shop = Shop::new(books.into_iter());
        for (step, &operation) in operations.iter().enumerate() {
            let is_last = step + 1 == operations.len();
            let mut result = self.step(&mut shop, operation).await;
            for user in (0..USERS).filter(|&user| is_last || user == step % USERS) {
                if result.is_ok() {
                    let limit = shop.list(user, None).len() + 1;
                    result = self.check_list(&shop, user, None, limit).await.map(drop);
                }
            }
            result.map_err(|error| TestCaseError::fail(format!("step {step}, {operation:?}: {error}")))?;
        }
        for book in shop.books {
            let answer = self.app.anyone.get(&format!("/books/{}", book.body["id"])).await;
            if book.exists {
                is(&answer, 200, &book.body)?;
            } else {
                refused(&answer, (404, "BOOK_NOT_FOUND", None))?;
            }
        }
        Ok(())
    }

    async fn step(&self, shop: &mut Shop, operation: Operation) -> Checked {
        match operation {
            Operation::Place { user, book } => self.place(shop, user, book).await,
            Operation::Cancel { user, pick } => self.cancel(shop, user, pick).await,
            Operation::SetStock { book, quantity } => self.set_stock(shop, book, quantity).await,
            Operation::Find { user, pick } => self.find(shop, user, pick).await,
            Operation::List { user, status, limit } => {
                let pages = self.check_list(shop, user, status, limit).await?;
                self.note("list", if pages > 1 { "several pages" } else { "one page" });
                Ok(())
            }
            Operation::Delete { book } => self.delete(shop, book).await,
        }
    }

    async fn place(&self, shop: &mut Shop, user: usize, book: usize) -> Checked {
        let answer = self.users[user].try_to_place(&shop.books[book].body).await;
        if let Err(refusal) = shop.may_place(user, book) {
            return self.is_refused("place", &answer, refusal);
        }
        let body = answer.body.clone();
        let of_book = &shop.books[book].body;
        let expected = json!({
            "id": body["id"], "book_id": of_book["id"], "book_title": of_book["title"], "book_author": of_book["author"],
            "status": "waiting", "created_at": body["created_at"], "notified_at": null, "cancelled_at": null,
            "delivery": null,
        });
        is(&answer, 201, &expected)?;
        let is_new = shop.placed.iter().all(|placed| placed.body["id"] != body["id"]);
        prop_assert!(is_new && body["id"].is_i64() && body["created_at"].is_string(), "{body}");
        shop.placed.push(Placed { user, book, body });
        self.note("place", "done");
        Ok(())
    }

    async fn cancel(&self, shop: &mut Shop, user: usize, pick: Pick) -> Checked {
        let picked = shop.pick(user, pick);
        let answer = self.users[user].delete(&path_of(shop, picked)).await;
        let index = match shop.may_cancel(user, picked) {
            Ok(index) => index,
            Err(refusal) => return self.is_refused(&about("cancel", picked, refusal), &answer, refusal),
        };
        is(&answer, 204, &Value::Null)?;
        // The service decides the time; it must not change from here on.
        let cancelled_at = self.users[user].get(&path_of(shop, picked)).await.body["cancelled_at"].clone();
        let body = &mut shop.placed[index].body;
        prop_assert!(cancelled_at.as_str() >= body["created_at"].as_str(), "cancelled at {cancelled_at}: {body}");
        prop_assert!(cancelled_at.as_str() >= body["notified_at"].as_str(), "cancelled at {cancelled_at}: {body}");
        self.note("cancel", body["status"].as_str().unwrap());
        body["status"] = "cancelled".into();
        body["cancelled_at"] = cancelled_at;
        Ok(())
    }

    async fn set_stock(&self, shop: &mut Shop, book: usize, quantity: i64) -> Checked {
        let path = format!("/books/{}/stock", shop.books[book].body["id"]);
        let answer = self.app.admin().await.call(Method::PATCH, &path, &json!({ "quantity": quantity })).await;
        if let Err(refusal) = shop.may_change(book) {
            return self.is_refused("set stock", &answer, refusal);
        }
        let now = &answer.body["updated_at"];
        prop_assert!(now.as_str() >= shop.books[book].body["updated_at"].as_str(), "{answer:#?}");
        let is_restock = shop.set_stock(book, quantity, now);
        let mut expected = shop.books[book].body.clone();
        expected["restocked"] = is_restock.into();
        is(&answer, 200, &expected)?;
        self.note("set stock", if is_restock { "restocked" } else { "not restocked" });
        Ok(())
    }

    async fn find(&self, shop: &Shop, user: usize, pick: Pick) -> Checked {
        let picked = shop.pick(user, pick);
        let answer = self.users[user].get(&path_of(shop, picked)).await;
        match shop.may_see(user, picked) {
            Ok(index) => {
                let body = &shop.placed[index].body;
                self.note("find", body["status"].as_str().unwrap());
                is(&answer, 200, body)
            }
            Err(refusal) => self.is_refused(&about("find", picked, refusal), &answer, refusal),
        }
    }

    async fn delete(&self, shop: &mut Shop, book: usize) -> Checked {
        let answer = self.app.admin().await.delete(&format!("/books/{}", shop.books[book].body["id"])).await;
        if let Err(refusal) = shop.may_delete(book) {
            return self.is_refused("delete", &answer, refusal);
        }
        is(&answer, 204, &Value::Null)?;
        shop.books[book].exists = false;
        self.note("delete", "done");
        Ok(())
    }

    /// Reads pages until it has seen all pre-bookings of this sequence, the newest ones. Returns the number of pages.
    async fn check_list(&self, shop: &Shop, user: usize, status: Option<&str>, limit: usize) -> Checked<usize> {
        let expected = shop.list(user, status);
        let filter = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let (mut items, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let answer = self.users[user].get(&format!("/prebooks?limit={limit}{filter}{cursor}")).await;
            prop_assert_eq!(answer.status, 200, "{:#?}", answer);
            let page = answer.body["items"].as_array().unwrap();
            prop_assert!(page.len() <= limit);
            items.extend(page.iter().cloned());
            pages += 1;
            match answer.body["next_cursor"].as_str() {
                Some(next) if items.len() <= expected.len() => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        // After them come those of other sequences, which had other books.
        let is_of_shop = |item: &Value| shop.books.iter().any(|book| book.body["id"] == item["book_id"]);
        items.retain(is_of_shop);
        prop_assert_eq!(items, expected);
        Ok(pages)
    }

    fn is_refused(&self, what: &str, answer: &Answer, refusal: Refusal) -> Checked {
        self.note(what, refusal.1);
        refused(answer, refusal)
    }

    fn note(&self, what: &str, outcome: &str) {
        *self.outcomes.lock().unwrap().entry(format!("{what}: {outcome}")).or_default() += 1;
    }
}

/// Counts another user's pre-booking separately from one that does not exist, although both are 404.
fn about(what: &str, picked: Option<usize>, refusal: Refusal) -> String {
    let is_anothers = picked.is_some() && refusal.0 == 404;
    if is_anothers { format!("{what} another's") } else { what.to_owned() }
}

fn path_of(shop: &Shop, picked: Option<usize>) -> String {
    let id = picked.map_or(Value::from(i64::MAX), |index| shop.placed[index].body["id"].clone());
    format!("/prebooks/{id}")
}

fn is(answer: &Answer, status: u16, body: &Value) -> Checked {
    prop_assert_eq!((answer.status, &answer.body), (status, body));
    Ok(())
}

fn refused(answer: &Answer, (status, code, field): Refusal) -> Checked {
    let body = &answer.body;
    prop_assert_eq!((answer.status, body["code"].as_str(), body["field"].as_str()), (status, Some(code), field));
    Ok(())
}
