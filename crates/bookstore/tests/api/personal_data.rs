//! What users may know and decide about their own data.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, PASSWORD, TestApp, changed, execute, invalid, problem, query_texts};

pub(crate) fn suite() -> Suite {
    tests![
        preferences_are_kept,
        rejects_invalid_preferences,
        exports_everything_and_nothing_of_others,
        erases_everything_that_names_the_user,
        a_wrong_password_erases_nothing,
        an_erased_account_stays_erased,
        an_erased_address_can_be_registered_again,
    ]
}

async fn preferences_are_kept(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let mut expected = ada.me().await;
    assert_eq!((&expected["email_notifications"], &expected["locale"]), (&json!(true), &Value::Null));
    for change in [
        json!({ "email_notifications": false }),
        json!({ "locale": "pt-BR" }),
        json!({}),
        json!({ "email_notifications": true, "locale": "de" }),
        json!({ "locale": null }),
        json!({ "locale": "fr", "role": "admin", "email": "x@example.com", "is_active": false }),
    ] {
        expected = changed(&expected, &change);
        for unknown in [("role", json!("user")), ("email", json!("ada@example.com")), ("is_active", json!(true))] {
            expected[unknown.0] = unknown.1;
        }
        ada.patch("/auth/me", &change).await.is(200, &expected);
        assert_eq!(ada.me().await, expected);
    }
}

async fn rejects_invalid_preferences(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    for locale in ["", "d", "de_DE", "-", "de-", "de\u{0}", &"a".repeat(36), "<script>"] {
        ada.patch("/auth/me", &json!({ "locale": locale })).await.is_problem(&invalid(&["locale"]));
    }
    ada.patch("/auth/me", &json!({ "email_notifications": null })).await.is_problem(&invalid(&["email_notifications"]));
    assert_eq!(ada.patch("/auth/me", &json!({ "email_notifications": "no" })).await.status, 422);
}

async fn exports_everything_and_nothing_of_others(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, grace) = (app.register("ada@example.com").await, app.register("grace@example.com").await);
    let book = app.add_book(0).await;
    ada.place(&book).await;
    grace.place(&book).await;
    app.set_stock(&book, 1).await;
    execute(
        &database,
        "INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status) \
         SELECT id, 1, book_id, 'failed' FROM pre_bookings; \
         INSERT INTO delivery_attempts (delivery_id, answer) SELECT id, 'busy' FROM deliveries",
    )
    .await;
    let me = ada.me().await;
    let path = format!("/admin/users/{}", me["id"]);
    app.admin().await.patch(&format!("{path}/deactivate"), &Value::Null).await.body_of(200);
    app.admin().await.patch(&format!("{path}/reactivate"), &Value::Null).await.body_of(200);

    let ada = app.log_in("ada@example.com", PASSWORD).await;
    let answer = ada.get("/auth/me/export").await;
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"bookstore.json\""));
    let data = answer.body_of(200);

    assert_eq!(data["user"], me);
    assert_eq!(data["pre_bookings"], json!(ada.list().await));
    let sessions = data["sessions"].as_array().unwrap();
    let ended: Vec<bool> = sessions.iter().map(|session| session["ended_at"].is_string()).collect();
    assert_eq!(ended, [true, false], "the deactivation ended the first");
    assert_eq!(data["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(data["deliveries"][0]["attempts"][0]["answer"], "busy");
    assert_eq!(data["changes_by_user"], json!([]));
    let changes: Vec<&Value> = data["changes_of_user"].as_array().unwrap().iter().collect();
    let actions: Vec<&Value> = changes.iter().map(|change| &change["action"]).collect();
    assert_eq!(actions, ["user.reactivated", "user.deactivated"]);
    let text = data.to_string();
    for not_theirs in ["grace", "password", "hash", ADMIN_EMAIL] {
        assert!(!text.contains(not_theirs), "{not_theirs} is in {text}");
    }
    let data = app.admin().await.get("/auth/me/export").await.body_of(200);
    assert_eq!(data["changes_by_user"].as_array().unwrap().len(), 4, "book, stock, and twice a user");
}

/// Every text of every table that could name a user.
async fn stored_texts(database: &TestDatabase) -> String {
    let mut texts = Vec::new();
    for (column, table) in [
        ("email", "users"),
        ("password_hash", "users"),
        ("coalesce(locale, '')", "users"),
        ("coalesce(reason, '')", "deliveries"),
        ("details || coalesce(address, '')", "audit_records"),
        ("coalesce(address, '') || coalesce(user_agent, '')", "sessions WHERE user_id = 2"),
        ("email", "account_mails"),
    ] {
        texts.extend(query_texts(database, &format!("SELECT {column} FROM {table}")).await);
    }
    texts.join("\n")
}

async fn erases_everything_that_names_the_user(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, grace) = (app.register("ada@example.com").await, app.register("grace@example.com").await);
    let (book, restocked) = (app.add_book(0).await, app.add_book(0).await);
    let me = ada.me().await;
    for user in [&ada, &grace] {
        user.place(&book).await;
        user.place(&restocked).await;
    }
    app.set_stock(&restocked, 1).await;
    execute(
        &database,
        &format!(
            "INSERT INTO deliveries (pre_booking_id, restock_id, book_id) \
             SELECT id, 1, book_id FROM pre_bookings WHERE book_id = {}",
            restocked["id"]
        ),
    )
    .await;
    ada.patch("/auth/me", &json!({ "locale": "pt-BR" })).await.body_of(200);
    let hash =
        query_texts(&database, "SELECT password_hash FROM users WHERE email = 'ada@example.com'").await.remove(0);
    let of_grace = grace.list().await;

    ada.call(reqwest::Method::DELETE, "/auth/me", &json!({ "password": PASSWORD })).await.has_no_content();

    let stored = stored_texts(&database).await;
    for gone in ["ada@", "pt-BR", &hash] {
        assert!(!stored.contains(gone), "{gone} is in {stored}");
    }
    ada.get("/auth/me").await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
    ada.refresh().await.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));
    let log_in = json!({ "email": "ada@example.com", "password": PASSWORD });
    app.anyone.post("/auth/login", &log_in).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));

    let admin = app.admin().await;
    let name = format!("erased-{}", me["id"]);
    let listed = admin.get("/admin/users").await.body_of(200);
    let erased = listed["items"].as_array().unwrap().iter().find(|user| user["id"] == me["id"]).unwrap();
    let expected = json!({ "email": name, "is_active": false, "email_notifications": false, "locale": null });
    assert_eq!(*erased, changed(&me, &expected));
    for (book, status) in [(&book, "cancelled"), (&restocked, "notified")] {
        let path = format!("/admin/books/{}/prebooks", book["id"]);
        let all = admin.get(&path).await.body_of(200);
        let of_user = all["items"].as_array().unwrap().iter().find(|item| item["user_id"] == me["id"]).unwrap();
        assert_eq!((&of_user["user_email"], &of_user["status"]), (&json!(name), &json!(status)));
    }
    let deliveries = admin.get("/admin/deliveries?status=skipped").await.body_of(200);
    let [delivery] = &deliveries["items"].as_array().unwrap()[..] else { panic!("{deliveries}") };
    assert_eq!((&delivery["user_id"], &delivery["reason"]), (&me["id"], &json!("the account was erased")));
    assert_eq!(grace.list().await, of_grace, "others are not touched");
    let trail = admin.get(&format!("/admin/audit?user_id={}", me["id"])).await.body_of(200);
    let [record] = &trail["items"].as_array().unwrap()[..] else { panic!("{trail}") };
    assert_eq!((&record["action"], &record["actor_id"]), (&json!("user.erased"), &me["id"]));
    assert_eq!((&record["address"], &record["actor_email"]), (&Value::Null, &json!(name)));
}

async fn a_wrong_password_erases_nothing(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let placed = ada.place(&app.add_book(0).await).await;
    let me = ada.me().await;
    let erase = async |body: Value| ada.call(reqwest::Method::DELETE, "/auth/me", &body).await;
    let wrong = problem(403, "AUTH_WRONG_PASSWORD").of("password");
    for password in ["a wrong one", "", &"x".repeat(1000)] {
        erase(json!({ "password": password })).await.is_problem(&wrong);
    }
    erase(json!({})).await.is_problem(&invalid(&["password"]));
    assert_eq!(erase(json!({ "password": 1 })).await.status, 422);
    assert_eq!(ada.me().await, me);
    assert_eq!(ada.list().await, [placed]);
}

async fn an_erased_account_stays_erased(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let path = format!("/admin/users/{}/reactivate", ada.me().await["id"]);
    ada.call(reqwest::Method::DELETE, "/auth/me", &json!({ "password": PASSWORD })).await.has_no_content();
    app.admin().await.patch(&path, &Value::Null).await.is_problem(&problem(404, "USER_NOT_FOUND"));
    ada.get("/auth/me").await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
}

async fn an_erased_address_can_be_registered_again(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let before = ada.me().await;
    ada.call(reqwest::Method::DELETE, "/auth/me", &json!({ "password": PASSWORD })).await.has_no_content();
    let again = app.register("ada@example.com").await;
    assert_ne!(again.me().await["id"], before["id"]);
    assert_eq!(again.list().await, [Value::Null; 0]);
    // An admin's account, too. The next start of the service would add it again.
    let admin = app.admin().await;
    admin.call(reqwest::Method::DELETE, "/auth/me", &json!({ "password": ADMIN_PASSWORD })).await.has_no_content();
    admin.get("/admin/users").await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
}
