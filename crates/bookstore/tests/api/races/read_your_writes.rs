//! I4: everyone sees a confirmed write at once, through any connection of any server.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, rounds, tests};

use super::Race;
use crate::support::{Bystander, Caller, TestApp, all_at_once, load_session, notified, problem};

pub(super) fn suite() -> Suite {
    tests![every_server_sees_a_confirmed_write]
}

const USERS: usize = 6;

async fn every_server_sees_a_confirmed_write(database: TestDatabase) {
    let race = Race::open(&database, USERS).await;
    let other = TestApp::start(&database).await;
    // All at the same time, so that any connection of either pool may be used next.
    let working = race.users.iter().enumerate().map(|(number, user)| {
        let mut servers = [race.app.url.clone(), other.url.clone()];
        servers.rotate_left(number % 2);
        let mut witness = Witness { user: user.clone(), admin: race.admin.clone(), servers, store: race.store.clone() };
        async move {
            for round in 0..rounds(6) {
                witness.of_a_book().await;
                witness.of_an_account(round).await;
            }
        }
    });
    all_at_once(working.collect::<Vec<_>>()).await;
}

/// Writes through the first server, and reads through both.
struct Witness {
    user: Caller,
    admin: Caller,
    servers: [String; 2],
    store: Bystander,
}

impl Witness {
    async fn of_a_book(&self) {
        let (user, admin) = (&self.user, &self.admin);
        let writer = admin.at(&self.servers[0]);
        let book = writer.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
        let path = format!("/books/{}", book["id"]);
        self.assert_seen(user, &path, &book).await;
        let book = writer.put(&path, &json!({ "title": "Another" })).await.body_of(200);
        self.assert_seen(user, &path, &book).await;

        let placed = user.at(&self.servers[0]).place(&book).await;
        let of_placed = format!("/prebooks/{}", placed["id"]);
        self.assert_newest(&placed).await;
        let duplicate = problem(409, "PREBOOK_DUPLICATE").of("book_id");
        user.at(&self.servers[1]).try_to_place(&book).await.is_problem(&duplicate);

        let restocked = writer.patch(&format!("{path}/stock"), &json!({ "quantity": 2 })).await.body_of(200);
        let mut shown = restocked.clone();
        shown.as_object_mut().unwrap().remove("restocked");
        self.assert_seen(user, &path, &shown).await;
        let notified = notified(&placed, &restocked["updated_at"]);
        self.assert_newest(&notified).await;
        let in_stock = problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id");
        user.at(&self.servers[1]).try_to_place(&book).await.is_problem(&in_stock);

        let cancelled = user.at(&self.servers[0]).cancel(&notified).await;
        self.assert_newest(&cancelled).await;
        self.assert_seen(user, &of_placed, &cancelled).await;
        user.at(&self.servers[1]).try_to_cancel(&placed).await.is_problem(&problem(409, "PREBOOK_ALREADY_CANCELLED"));

        let other = writer.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
        let path = format!("/books/{}", other["id"]);
        writer.delete(&path).await.has_no_content();
        for server in &self.servers {
            user.at(server).get(&path).await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
        }
    }

    async fn of_an_account(&mut self, round: usize) {
        let me = self.user.me().await;
        let set = |active: &'static str| {
            let (writer, path) = (self.admin.at(&self.servers[0]), format!("/admin/users/{}/{active}", me["id"]));
            async move { writer.patch(&path, &Value::Null).await.body_of(200) }
        };
        assert_eq!(set("deactivate").await["is_active"], false);
        for server in &self.servers {
            let locked_out = self.user.at(server).get("/prebooks").await;
            locked_out.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
        }
        assert_eq!(set("reactivate").await, me);
        for server in &self.servers {
            // The account is active, and the session stays ended.
            self.user.at(server).get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
        }
        self.user = load_session(&self.user, &self.store, &format!("after round {round}")).await;
        self.assert_seen(&self.user, "/auth/me", &me).await;
    }

    async fn assert_seen(&self, caller: &Caller, path: &str, expected: &Value) {
        for server in &self.servers {
            caller.at(server).get(path).await.is(200, expected);
        }
    }

    async fn assert_newest(&self, expected: &Value) {
        for server in &self.servers {
            let newest = self.user.at(server).get("/prebooks?limit=1").await.body_of(200);
            assert_eq!(newest["items"][0], *expected);
        }
    }
}
