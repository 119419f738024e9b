//! The calls that clients hang up on, and the data they need.

use reqwest::Method;
use serde_json::{Value, json};

use crate::security::Operation;
use crate::support::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Caller, PASSWORD, Program, RawConnection, add_books, decode, load_session,
    load_session_of, text, user_id,
};

/// The data that the calls use. Each call that uses up a row has its own.
pub(super) struct Calls {
    anyone: Caller,
    admin: Caller,
    user: Caller,
    /// The user who is deactivated and reactivated.
    guest: i64,
    /// Sessions of one user.
    to_refresh: Vec<Caller>,
    /// Sessions of another.
    to_log_out: Vec<Caller>,
    /// A user who changes the password.
    changing: Caller,
    /// The numbers of sessions of `user`.
    to_end: Vec<i64>,
    /// Sessions of a user who logs out everywhere.
    to_end_all: Vec<Caller>,
    to_change: i64,
    to_delete: Vec<i64>,
    to_pre_book: Vec<i64>,
    to_cancel: Vec<i64>,
    deliveries: Vec<i64>,
    to_erase: Vec<Caller>,
}

/// What a call could leave half done, each with a query that counts it.
const HALF_DONE: [(&str, &str); 5] = [
    (
        "an erasure",
        "SELECT count(*) FROM users WHERE (email LIKE 'erased-%' AND password_hash <> '') OR (email LIKE 'erased-%') <> \
         EXISTS (SELECT 1 FROM audit_records WHERE action = 'user.erased' AND user_id = users.id)",
    ),
    ("a restock", "SELECT count(*) FROM books WHERE round <> (SELECT count(*) FROM restocks WHERE book_id = books.id)"),
    (
        "a registration",
        "SELECT count(*) FROM users WHERE NOT EXISTS (SELECT 1 FROM sessions JOIN refresh_tokens ON session_id = sessions.id \
         WHERE user_id = users.id)",
    ),
    (
        "a deactivation",
        "SELECT count(*) FROM users JOIN sessions ON user_id = users.id WHERE NOT is_active AND ended_at IS NULL",
    ),
    (
        "a refresh",
        "SELECT count(*) FROM (SELECT session_id FROM refresh_tokens \
         GROUP BY session_id HAVING count(*) - count(used_at) <> 1) AS broken",
    ),
];

/// Lists what is half done in the store.
pub(super) async fn half_done(store: &Bystander) -> Vec<String> {
    let mut found = Vec::new();
    for (what, count) in HALF_DONE {
        let [count] = store.numbers(count).await;
        found.extend((count > 0).then(|| format!("{what}, {count} times")));
    }
    found
}

impl Calls {
    /// Loads the store for this many calls of each kind.
    pub(super) async fn prepare(program: &Program, admin: &Caller, store: &Bystander, count: usize) -> Self {
        let (user, guest) = (register(program, "user").await, register(program, "guest").await);
        let (refreshing, leaving) = (register(program, "refreshing").await, register(program, "leaving").await);
        let (everywhere, changing) = (register(program, "everywhere").await, register(program, "changing").await);
        let (user_id, guest) = (user_id(&user, store).await, user_id(&guest, store).await);
        add_books(store, "to cancel", count).await;
        add_books(store, "notified", count).await;
        store
            .execute(&format!(
                "INSERT INTO restocks (book_id, fan_out_stage) SELECT id, 'done' FROM books WHERE title = 'notified'; \
                 UPDATE books SET round = 1 WHERE title = 'notified'; \
                 INSERT INTO pre_bookings (user_id, book_id) \
                 SELECT {user_id}, id FROM books WHERE title IN ('to cancel', 'notified'); \
                 INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status, reason) \
                 SELECT placed.id, restocks.id, restocks.book_id, 'failed', 'refused' FROM pre_bookings AS placed \
                 JOIN restocks ON restocks.book_id = placed.book_id"
            ))
            .await;
        let (mut to_refresh, mut to_log_out) = (Vec::new(), Vec::new());
        let (mut to_end, mut to_end_all) = (Vec::new(), Vec::new());
        for number in 0..count {
            to_refresh.push(load_session(&refreshing, store, &number.to_string()).await);
            to_log_out.push(load_session(&leaving, store, &number.to_string()).await);
            to_end.push(session_of(&load_session(&user, store, &number.to_string()).await));
            to_end_all.push(load_session(&everywhere, store, &number.to_string()).await);
        }
        let to_erase = load_users_with_a_password(program, store, count).await;
        let to_cancel =
            "SELECT id FROM pre_bookings WHERE book_id IN (SELECT id FROM books WHERE title = 'to cancel') ORDER BY id";
        Self {
            anyone: program.anyone(),
            admin: admin.clone(),
            user,
            guest,
            to_refresh,
            to_log_out,
            changing,
            to_end,
            to_end_all,
            to_change: add_books(store, "to change", 1).await[0],
            to_delete: add_books(store, "to delete", count).await,
            to_pre_book: add_books(store, "to pre-book", count).await,
            to_cancel: store.column(to_cancel).await,
            deliveries: store.column("SELECT id FROM deliveries ORDER BY id").await,
            to_erase,
        }
    }

    /// The names of all calls: every operation of the document, and a refresh with an unknown token, which needs no account.
    pub(super) fn all() -> Vec<String> {
        let operations = Operation::all().into_iter();
        let names = operations.map(|operation| format!("{} {}", operation.method, operation.path));
        names.chain(["POST /auth/refresh unknown".to_owned()]).collect()
    }

    /// Makes all deliveries failed again, so that they can be retried.
    pub(super) async fn renew(&self, store: &Bystander) {
        store.execute("UPDATE deliveries SET status = 'failed'").await;
    }

    /// Makes the `number`th call of this name, without waiting for the response.
    pub(super) fn make(&self, connection: &mut RawConnection, name: &str, number: usize) {
        let token = |caller: &Caller| json!({ "refresh_token": caller.tokens["refresh_token"] });
        let (email, title) = (format!("new{number}@example.com"), format!("new {number}"));
        let none = Value::Null;
        let (caller, id, body) = match name {
            "POST /auth/register" => (&self.anyone, 0, json!({ "email": email, "password": PASSWORD })),
            "POST /auth/login" => (&self.anyone, 0, json!({ "email": ADMIN_EMAIL, "password": ADMIN_PASSWORD })),
            "POST /auth/refresh" => (&self.anyone, 0, token(&self.to_refresh[number])),
            "POST /auth/refresh unknown" => (&self.anyone, 0, json!({ "refresh_token": "unknown" })),
            "POST /auth/logout" => (&self.anyone, 0, token(&self.to_log_out[number])),
            "POST /auth/password" => {
                (&self.changing, 0, json!({ "current_password": PASSWORD, "new_password": PASSWORD }))
            }
            "POST /auth/password/forgot" => (&self.anyone, 0, json!({ "email": email })),
            "POST /auth/password/reset" => (&self.anyone, 0, json!({ "token": "x", "new_password": PASSWORD })),
            "POST /auth/email/verify" => (&self.anyone, 0, json!({ "token": "x" })),
            "POST /auth/logout-all" => (&self.to_end_all[number], 0, none),
            "DELETE /auth/sessions/{id}" => (&self.user, self.to_end[number], none),
            "GET /auth/me"
            | "GET /auth/me/export"
            | "GET /auth/sessions"
            | "GET /prebooks"
            | "POST /auth/email/verification" => (&self.user, 0, none),
            "PATCH /auth/me" => (&self.user, 0, json!({ "email_notifications": number.is_multiple_of(2) })),
            "DELETE /auth/me" => (&self.to_erase[number], 0, json!({ "password": PASSWORD })),
            "GET /books" | "GET /unsubscribe" | "POST /unsubscribe" | "GET /health" | "GET /health/ready" => {
                (&self.anyone, 0, none)
            }
            "POST /books" => (&self.admin, 0, json!({ "title": title, "author": "A", "price": 1 })),
            "GET /books/{id}" | "GET /admin/books/{id}/prebooks" => (&self.admin, self.to_pre_book[number], none),
            "PUT /books/{id}" => (&self.admin, self.to_change, json!({ "title": "to change", "price": number + 1 })),
            "PATCH /books/{id}/stock" => (&self.admin, self.to_change, json!({ "quantity": number % 2 })),
            "DELETE /books/{id}" => (&self.admin, self.to_delete[number], none),
            "POST /prebooks" => (&self.user, 0, json!({ "book_id": self.to_pre_book[number] })),
            "GET /prebooks/{id}" | "DELETE /prebooks/{id}" => (&self.user, self.to_cancel[number], none),
            "PATCH /admin/users/{id}/deactivate" | "PATCH /admin/users/{id}/reactivate" => {
                (&self.admin, self.guest, none)
            }
            "GET /admin/deliveries/{id}" | "POST /admin/deliveries/{id}/retry" => {
                (&self.admin, self.deliveries[number], none)
            }
            "GET /admin/audit"
            | "GET /admin/users"
            | "GET /admin/restocks"
            | "GET /admin/deliveries"
            | "POST /admin/deliveries/retry" => (&self.admin, 0, none),
            _ => panic!("say here how to make the call {name}"),
        };
        let mut words = name.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap().replace("{id}", &id.to_string()));
        let query = match name {
            "POST /admin/deliveries/retry" => "?status=failed",
            "GET /unsubscribe" | "POST /unsubscribe" => "?token=unknown",
            _ => "",
        };
        connection.call(caller, &method.parse::<Method>().unwrap(), &format!("{path}{query}"), &body);
    }
}

async fn register(program: &Program, name: &str) -> Caller {
    let user = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
    program.anyone().with_tokens(program.anyone().post("/auth/register", &user).await.body_of(201))
}

/// The number of a caller's session.
fn session_of(caller: &Caller) -> i64 {
    text(&decode(text(&caller.tokens["access_token"])).1["sid"]).parse().unwrap()
}

/// Adds this many users, each with a session. Their password is hashed only once, which takes long.
async fn load_users_with_a_password(program: &Program, store: &Bystander, count: usize) -> Vec<Caller> {
    register(program, "erasing").await;
    let row = |number| format!("('erasing{number}@example.com', 'erasing {number}')");
    let rows = (0..count).map(row).collect::<Vec<_>>().join(", ");
    let add = format!(
        "INSERT INTO users (email, subject, password_hash) \
         SELECT added.column1, added.column2, password_hash FROM users, (VALUES {rows}) AS added \
         WHERE email = 'erasing@example.com'"
    );
    store.execute(&add).await;
    let ids: Vec<i64> = store.column("SELECT id FROM users WHERE subject LIKE 'erasing %' ORDER BY id").await;
    let mut users = Vec::new();
    for id in ids {
        users.push(load_session_of(id, &program.anyone(), store, "first").await);
    }
    users
}
