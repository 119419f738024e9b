use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{Mail, MailServer, TestDatabase};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Caller, JWT_SECRET, TestApp, execute};

/// Longer than anything that a test waits for may take.
const TOO_LONG: Duration = Duration::from_mins(1);

/// A server that delivers mails, and the mail server that it hands them to.
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

    /// A book that is sold out, and who waits for it.
    pub(super) async fn add_book_with_waiters(&self, count: usize) -> Value {
        let book = self.app.add_book(0).await;
        add_waiters(&self.database, &book, count).await;
        book
    }

    /// Has the worker look at once for what is due, without waiting for its poll.
    pub(super) async fn wake(&self) {
        let book = self.app.add_book(0).await;
        self.app.set_stock(&book, 1).await;
    }

    /// Waits until whatever was to be sent before has been sent: somebody else's mail has arrived behind it. Gives the mails before
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

    /// The delivery of a pre-booking, with its attempts, if it is made.
    async fn find_delivery(&self, pre_booking: &Value) -> Option<Value> {
        let admin = self.app.admin().await;
        let all = list_deliveries(admin, &format!("book_id={}", pre_booking["book_id"])).await;
        let of_it = all.iter().find(|delivery| delivery["pre_booking_id"] == pre_booking["id"])?;
        Some(admin.get(&format!("/admin/deliveries/{}", of_it["id"])).await.body_of(200))
    }

    pub(super) async fn delivery_of(&self, pre_booking: &Value) -> Value {
        self.find_delivery(pre_booking).await.unwrap()
    }

    /// Waits until the delivery of a pre-booking was tried so often.
    pub(super) async fn until_tried(&self, pre_booking: &Value, times: usize) -> Value {
        let deadline = Instant::now() + TOO_LONG;
        loop {
            let found = self.find_delivery(pre_booking).await;
            if found.as_ref().is_some_and(|delivery| delivery["attempts"].as_array().unwrap().len() == times) {
                // The attempts were read behind the rest, which may be of before.
                return self.delivery_of(pre_booking).await;
            }
            assert!(Instant::now() < deadline, "not tried {times} times: {found:?}");
        }
    }

    /// Whatever rests has rested enough.
    pub(super) async fn end_all_rests(&self) {
        execute(&self.database, "UPDATE deliveries SET due_at = created_at WHERE status = 'pending'").await;
        self.wake().await;
    }
}

/// The settings of the program for a store and a mail server of a test.
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

/// Has so many users wait for a book, who are made for that if there are not so many.
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

/// How many deliveries of a restock are in which state.
pub(super) fn counts(pending: usize, delivered: usize, failed: usize, skipped: usize) -> Value {
    json!({ "pending": pending, "delivered": delivered, "failed": failed, "skipped": skipped })
}

/// Waits until the deliveries of a book's last restock stand like this.
pub(super) async fn until_counted(admin: &Caller, book: &Value, counts: &Value) {
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

/// All pages of a list of deliveries.
pub(super) async fn list_deliveries(admin: &Caller, query: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/admin/deliveries?{query}{cursor}")).await.body_of(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// Who got these mails, in their order.
pub(super) fn recipients(mails: &[Mail]) -> Vec<&str> {
    mails.iter().flat_map(|mail| &mail.to).map(String::as_str).collect()
}

/// How many different mails these are.
pub(super) fn distinct(mails: &[Mail]) -> usize {
    mails.iter().map(|mail| &mail.message_id).collect::<HashSet<_>>().len()
}
