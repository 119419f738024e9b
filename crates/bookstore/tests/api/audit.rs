//! The audit trail: who changed what.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{ADMIN_EMAIL, Caller, TestApp, assert_time, changed, execute, invalid, problem};

pub(crate) fn suite() -> Suite {
    tests![
        records_every_change_of_an_admin,
        records_nothing_that_was_refused,
        a_change_and_its_record_happen_together,
        pages_and_filters,
        rejects_invalid_parameters,
    ]
}

/// Returns all records, oldest first.
async fn records(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.admin().await.get(&format!("/admin/audit?limit=500&{query}")).await.body_of(200);
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Makes a request with this identifier.
async fn call(caller: &Caller, id: &str, method: Method, path: &str, body: &Value) -> Value {
    let answer = caller.send(caller.request(method, path).json(body).header("x-request-id", id)).await;
    assert!(answer.status < 300, "{answer:?}");
    answer.body
}

async fn records_every_change_of_an_admin(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, me) = (app.admin().await, app.admin().await.me().await);
    let ada = app.register("ada@example.com").await;
    let user = ada.me().await;
    let of_user = |what: &str| format!("/admin/users/{}/{what}", user["id"]);

    let new = json!({ "title": "Solaris", "author": "Lem", "price": 1 });
    let book = call(admin, "add", Method::POST, "/books", &new).await;
    let path = format!("/books/{}", book["id"]);
    ada.place(&book).await;
    call(admin, "change", Method::PUT, &path, &json!({ "price": 2, "isbn": null })).await;
    call(admin, "restock", Method::PATCH, &format!("{path}/stock"), &json!({ "quantity": 5 })).await;
    call(admin, "lower", Method::PATCH, &format!("{path}/stock"), &json!({ "quantity": 3 })).await;
    let other = call(admin, "add-2", Method::POST, "/books", &new).await;
    call(admin, "delete", Method::DELETE, &format!("/books/{}", other["id"]), &Value::Null).await;
    call(admin, "deactivate", Method::PATCH, &of_user("deactivate"), &Value::Null).await;
    call(admin, "reactivate", Method::PATCH, &of_user("reactivate"), &Value::Null).await;
    let add_deliveries = "INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status) \
                          SELECT id, 1, book_id, 'failed' FROM pre_bookings";
    execute(&database, add_deliveries).await;
    call(admin, "retry", Method::POST, "/admin/deliveries/1/retry", &Value::Null).await;
    execute(&database, "UPDATE deliveries SET status = 'failed'").await;
    call(admin, "retry-all", Method::POST, "/admin/deliveries/retry?status=failed", &Value::Null).await;

    let record = |request: &str, action: &str, book: &Value, user: &Value, details: Value| {
        json!({
            "actor_id": me["id"], "actor_email": ADMIN_EMAIL, "action": action, "book_id": book["id"],
            "user_id": user["id"], "details": details, "request_id": request, "address": "127.0.0.1",
        })
    };
    let stock = |from: i64, to: i64, restocked: bool| json!({ "from": from, "to": to, "restocked": restocked });
    let none = &Value::Null;
    let added = json!({ "title": "Solaris", "quantity": 0 });
    let expected = [
        record("add", "book.added", &book, none, added.clone()),
        record("change", "book.changed", &book, none, json!({ "fields": ["price", "isbn"] })),
        record("restock", "stock.set", &book, none, stock(0, 5, true)),
        record("lower", "stock.set", &book, none, stock(5, 3, false)),
        record("add-2", "book.added", &other, none, added),
        record("delete", "book.deleted", &other, none, json!({})),
        record("deactivate", "user.deactivated", none, &user, json!({})),
        record("reactivate", "user.reactivated", none, &user, json!({})),
        record("retry", "delivery.retried", none, none, json!({ "delivery_id": 1 })),
        record("retry-all", "delivery.retried", none, none, json!({ "status": "failed", "retried": 1 })),
    ];
    let all = records(&app, "").await;
    let start = json!({
        "actor_id": null, "actor_email": null, "action": "admin.added", "book_id": null, "user_id": me["id"],
        "details": {}, "request_id": null, "address": null,
    });
    for (found, expected) in all.iter().zip([&[start][..], &expected].concat()) {
        assert_time(&found["at"]);
        assert_eq!(*found, changed(&expected, &json!({ "id": found["id"], "at": found["at"] })));
    }
    assert_eq!(all.len(), expected.len() + 1);
}

async fn records_nothing_that_was_refused(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, ada) = (app.admin().await, app.register("ada@example.com").await);
    let isbn = json!({ "title": "T", "author": "A", "price": 1, "isbn": "9780156027601" });
    let book = app.add(&isbn).await;
    let other = app.add_book(0).await;
    ada.place(&other).await;
    let before = records(&app, "").await;

    admin.post("/books", &isbn).await.is_problem(&problem(409, "BOOK_ISBN_CONFLICT").of("isbn"));
    let taken = json!({ "isbn": "0156027607" });
    let path = format!("/books/{}", other["id"]);
    admin.put(&path, &taken).await.is_problem(&problem(409, "BOOK_ISBN_CONFLICT").of("isbn"));
    admin.delete(&path).await.is_problem(&problem(409, "BOOK_HAS_PREBOOKINGS"));
    admin.delete("/books/4711").await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
    admin.patch("/books/4711/stock", &json!({ "quantity": 1 })).await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
    let set = format!("/books/{}/stock", book["id"]);
    admin.patch(&set, &json!({ "quantity": -1 })).await.is_problem(&invalid(&["quantity"]));
    ada.patch(&set, &json!({ "quantity": 1 })).await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    let me = format!("/admin/users/{}/deactivate", admin.me().await["id"]);
    admin.patch(&me, &Value::Null).await.is_problem(&problem(403, "ADMN_CANNOT_DEACTIVATE_ADMIN"));
    admin.post("/admin/deliveries/4711/retry", &Value::Null).await.is_problem(&problem(404, "DELIVERY_NOT_FOUND"));

    assert_eq!(records(&app, "").await, before);
}

/// The trail can't be written, so nothing else is.
async fn a_change_and_its_record_happen_together(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (book, user) = (app.add_book(0).await, app.register("ada@example.com").await.me().await);
    let admin = app.admin().await;
    execute(&database, "ALTER TABLE audit_records RENAME TO hidden").await;
    let path = format!("/books/{}", book["id"]);
    for (method, path, body) in [
        (Method::POST, "/books".to_owned(), json!({ "title": "T", "author": "A", "price": 1 })),
        (Method::PUT, path.clone(), json!({ "title": "Eden" })),
        (Method::PATCH, format!("{path}/stock"), json!({ "quantity": 5 })),
        (Method::DELETE, path.clone(), Value::Null),
        (Method::PATCH, format!("/admin/users/{}/deactivate", user["id"]), Value::Null),
    ] {
        admin.call(method, &path, &body).await.is_problem(&problem(500, "INTERNAL_ERROR"));
    }
    execute(&database, "ALTER TABLE hidden RENAME TO audit_records").await;
    admin.get("/books").await.is(200, &json!({ "items": [book], "total": 1, "page": 1, "size": 20 }));
    assert_eq!(admin.get("/admin/users").await.body_of(200)["items"][0], user);
}

async fn pages_and_filters(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    let (book, other) = (app.add_book(0).await, app.add_book(0).await);
    for quantity in [1, 2] {
        app.set_stock(&book, quantity).await;
    }
    let user = app.register("ada@example.com").await.me().await;
    app.deactivate(&user).await;
    let actions = async |query: &str| -> Vec<Value> {
        records(&app, query).await.iter().map(|record| record["action"].clone()).collect()
    };
    let all = records(&app, "").await;
    assert_eq!(all.len(), 6);
    assert_eq!(actions(&format!("book_id={}", book["id"])).await, ["book.added", "stock.set", "stock.set"]);
    assert_eq!(actions(&format!("book_id={}", other["id"])).await, ["book.added"]);
    assert_eq!(actions(&format!("user_id={}", user["id"])).await, ["user.deactivated"]);
    assert_eq!(actions(&format!("action=stock.set&book_id={}", book["id"])).await, ["stock.set", "stock.set"]);
    assert_eq!(actions(&format!("actor_id={}", admin.me().await["id"])).await.len(), 5);
    assert_eq!(actions(&format!("actor_id={}", user["id"])).await, [""; 0]);
    let pages = admin.pages("/admin/audit?limit=2").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    let walked: Vec<Value> = pages.concat().into_iter().rev().collect();
    assert_eq!(walked, all);
}

async fn rejects_invalid_parameters(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    for (name, values) in [
        ("actor_id", &["", "0", "-1", "x", "99999999999999999999", "%00"][..]),
        ("book_id", &["", "0", "-1", "x", "99999999999999999999", "%00"]),
        ("user_id", &["", "0", "-1", "x", "99999999999999999999", "%00"]),
        ("action", &["", "stock", "STOCK.SET", "x", "%00"]),
        ("limit", &["", "0", "501", "x", "%00"]),
    ] {
        for value in values {
            admin.get(&format!("/admin/audit?{name}={value}")).await.is_problem(&invalid(&[name]));
        }
    }
    for cursor in ["", "x", "MA", "LTE"] {
        let answer = admin.get(&format!("/admin/audit?cursor={cursor}")).await;
        answer.is_problem(&problem(400, "INVALID_CURSOR").of("cursor"));
    }
}
