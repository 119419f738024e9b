use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{Mail, MailServer, TestDatabase};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Caller, JWT_SECRET, TestApp, execute};

/// Longer than anything takes that a test waits for.
const TOO_LONG: Duration = Duration::from_mins(1);

/// A server that sends e-mails, and its mail server.
pub(super) struct Mailroom {
    /// Dropped first, so that the server has nothing to wait for when it is told to stop.
    pub(super) mails: MailServer,
    pub(super) app: TestApp,
    pub(super) database: TestDatabase,
}

impl Mailroom {
    pub(super) async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, &[]).await
    }

    pub(super) async fn open_with(database: TestDatabase, options: &[&str]) -> Self {
        let mails = MailServer::start().unwrap();
        let url = mails.url();
        let app = TestApp::start_with(&database, &[&["--worker", "on", "--smtp-url", &url], options].concat()).await;
        Self { mails, app, database }
    }

    /// Adds a sold-out book that this many users wait for.
    pub(super) async fn add_book_with_waiters(&self, count: usize) -> Value {
        let book = self.app.add_book(0).await;
        add_waiters(&self.database, &book, count).await;
        book
    }

    /// Makes the worker look for due deliveries now, without waiting for its poll.
    pub(super) async fn wake(&self) {
        let book = self.app.add_book(0).await;
        self.app.set_stock(&book, 1).await;
    }

    /// Waits until everything that is due has been sent: an e-mail to another user has arrived after it. Returns the e-mails before
    /// that one.
    pub(super) async fn until_all_is_sent(&self) -> Vec<Mail> {
        let book = self.app.add_book(0).await;
        let address = format!("fence{}@example.com", book["id"]);
        self.app.register(&address).await.place(&book).await;
        self.app.set_stock(&book, 1).await;
        let mut taken = 0;
        loop {
            let mails = self.mails.until_taken(taken + 1).await;
            if let Some(fence) = mails.iter().position(|mail| mail.to.contains(&address)) {
                return mails[..fence].to_vec();
            }
            taken = mails.len();
        }
    }

    pub(super) async fn until_counted(&self, book: &Value, counts: &Value) {
        until_counted(self.app.admin().await, book, counts).await;
    }

    /// The delivery of a pre-booking, with its attempts, if it exists.
    async fn find_delivery(&self, pre_booking: &Value) -> Option<Value> {
        let admin = self.app.admin().await;
        let all = list_deliveries(admin, &format!("book_id={}", pre_booking["book_id"])).await;
        let of_it = all.iter().find(|delivery| delivery["pre_booking_id"] == pre_booking["id"])?;
        Some(admin.get(&format!("/admin/deliveries/{}", of_it["id"])).await.body_of(200))
    }

    pub(super) async fn delivery_of(&self, pre_booking: &Value) -> Value {
        self.find_delivery(pre_booking).await.unwrap()
    }

    /// Waits until the delivery of a pre-booking was tried this many times.
    pub(super) async fn until_tried(&self, pre_booking: &Value, times: usize) -> Value {
        let deadline = Instant::now() + TOO_LONG;
        loop {
            let found = self.find_delivery(pre_booking).await;
            if found.as_ref().is_some_and(|delivery| delivery["attempts"].as_array().unwrap().len() == times) {
                // The attempts were read after the rest, which may be older.
                return self.delivery_of(pre_booking).await;
            }
            assert!(Instant::now() < deadline, "not tried {times} times: {found:?}");
        }
    }

    /// Makes all pending deliveries due now.
    pub(super) async fn make_all_due(&self) {
        execute(&self.database, "UPDATE deliveries SET due_at = created_at WHERE status = 'pending'").await;
        self.wake().await;
    }
}

/// The settings of the program for a test's store and mail server.
pub(super) fn environment<'a>(database: &'a TestDatabase, smtp_url: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("DATABASE_URL", database.url()),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
        ("SMTP_URL", smtp_url),
        ("MAIL_MAX_PER_SECOND", "100000"),
    ]
}

/// Makes this many users wait for a book. Adds users if there are too few.
pub(super) async fn add_waiters(database: &TestDatabase, book: &Value, count: usize) {
    let users = format!(
        "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count}) \
         INSERT INTO users (email, password_hash) SELECT 'waiter' || number || '@example.com', '' FROM numbers \
         WHERE true ON CONFLICT DO NOTHING"
    );
    execute(database, &users).await;
    let placements = format!(
        "INSERT INTO pre_bookings (user_id, book_id, round) \
         SELECT users.id, books.id, books.round FROM users, books \
         WHERE books.id = {} AND users.email LIKE 'waiter%' ORDER BY users.id LIMIT {count}",
        book["id"]
    );
    execute(database, &placements).await;
}

/// Restocks a new book that this many users wait for.
pub(super) async fn restock(database: &TestDatabase, app: &TestApp, waiters: usize) -> Value {
    let book = app.add_book(0).await;
    add_waiters(database, &book, waiters).await;
    app.set_stock(&book, 1).await;
    book
}

/// The numbers of deliveries of a restock by status.
pub(crate) fn counts(pending: usize, delivered: usize, failed: usize, skipped: usize) -> Value {
    json!({ "pending": pending, "delivered": delivered, "failed": failed, "skipped": skipped })
}

/// Waits until the deliveries of a book's last restock have these counts.
pub(crate) async fn until_counted(admin: &Caller, book: &Value, counts: &Value) {
    let deadline = Instant::now() + TOO_LONG;
    loop {
        let restock = last_restock(admin, book).await;
        if restock["deliveries"] == *counts {
            return;
        }
        assert!(Instant::now() < deadline, "never {counts}: {restock}");
    }
}

pub(super) async fn last_restock(admin: &Caller, book: &Value) -> Value {
    let path = format!("/admin/restocks?limit=1&book_id={}", book["id"]);
    admin.get(&path).await.body_of(200)["items"][0].clone()
}

/// Lists all deliveries that match this query.
pub(super) async fn list_deliveries(admin: &Caller, query: &str) -> Vec<Value> {
    admin.pages(&format!("/admin/deliveries?{query}")).await.concat()
}

/// The recipients of these e-mails, in order.
pub(super) fn recipients(mails: &[Mail]) -> Vec<&str> {
    mails.iter().flat_map(|mail| &mail.to).map(String::as_str).collect()
}

/// The number of different e-mails.
pub(super) fn distinct(mails: &[Mail]) -> usize {
    mails.iter().map(|mail| &mail.message_id).collect::<HashSet<_>>().len()
}
