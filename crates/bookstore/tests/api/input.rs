//! Invalid input in every field of every endpoint.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{TestApp, changed, invalid};

pub(crate) fn suite() -> Suite {
    tests![
        rejects_invalid_fields_of_a_book,
        title_author_and_price_are_required,
        rejects_an_invalid_stock_quantity,
        rejects_an_invalid_book_id,
        rejects_invalid_fields_of_accounts,
        lists_all_invalid_fields_at_once,
        rejects_a_body_that_is_not_an_object,
        rejects_a_duplicate_field,
    ]
}

/// Values of types that no field accepts.
fn wrong_types() -> Vec<Value> {
    vec![json!(true), json!([]), json!(["x"]), json!({}), json!({ "x": 1 })]
}

fn bad_fields_of_a_book() -> Vec<(&'static str, Vec<Value>)> {
    let prices = [
        "0",
        "0.00",
        "-1",
        "-0.01",
        "100000000",
        "1.234",
        "1e3",
        "1,5",
        "",
        " 1",
        "1 ",
        "+1",
        "x",
        "NaN",
        "1.",
        ".5",
        "١",
    ];
    let mut price: Vec<Value> = prices.map(Value::from).to_vec();
    price.extend([json!(0), json!(-1), json!(100_000_000), json!(1.234), json!(0.001), json!(1e300), json!(-0.0)]);
    let isbns = [
        "x",
        "978",
        "9780156027602",
        "0306406153",
        "4006381333931",
        "978015602760X",
        "X306406152",
        "97801560276011",
        "\0",
    ];
    let urls = [
        "",
        "x",
        "example.com/a.jpg",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "http://",
        "//example.com/a",
        "data:,x",
        "https:///a.jpg",
        "https://shop.example.com@evil.example.com/a.jpg",
    ];
    let dates = [
        "",
        "1961",
        "1961-6-1",
        "1961-02-29",
        "1961-13-01",
        "01.06.1961",
        "1961-06-01T00:00:00Z",
        " 1961-06-01",
        "19610601",
    ];
    let mut url: Vec<Value> = urls.map(Value::from).to_vec();
    url.push(format!("https://example.com/{}", "x".repeat(2029)).into());
    url.push("https://example.com/\0".into());
    vec![
        ("title", vec![json!(""), "ä".repeat(501).into(), json!("nul\0"), json!("Solaris \u{202e}gnp"), json!(1)]),
        ("author", vec![json!(""), "ä".repeat(256).into(), json!("nul\0"), json!("Lem\u{200f}"), json!(1)]),
        ("price", price),
        ("isbn", isbns.map(Value::from).into_iter().chain([json!(9_780_156_027_601_i64)]).collect()),
        ("description", vec!["ä".repeat(10_001).into(), json!("nul\0"), json!(1)]),
        ("cover_image_url", url.into_iter().chain([json!(1)]).collect()),
        ("publish_date", dates.map(Value::from).into_iter().chain([json!(1961)]).collect()),
    ]
}

fn bad_quantities() -> Vec<Value> {
    let mut bad = vec![json!(-1), json!(2_147_483_648_i64), json!(i64::MAX), json!(u64::MAX), json!(1.5), json!(1e300)];
    bad.extend([json!("5"), json!(""), json!("x")]);
    bad
}

const BOOK: fn() -> Value = || json!({ "title": "T", "author": "A", "price": "1.00" });

async fn rejects_invalid_fields_of_a_book(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, book) = (app.admin().await, app.add_book(0).await);
    let path = format!("/books/{}", book["id"]);
    for (field, values) in bad_fields_of_a_book() {
        for value in values.into_iter().chain(wrong_types()) {
            let change = json!({ field: value });
            admin.post("/books", &changed(&BOOK(), &change)).await.is_problem(&invalid(&[field]));
            admin.put(&path, &change).await.is_problem(&invalid(&[field]));
        }
    }
    for value in bad_quantities().into_iter().chain(wrong_types()) {
        let book = changed(&BOOK(), &json!({ "stock_quantity": value }));
        admin.post("/books", &book).await.is_problem(&invalid(&["stock_quantity"]));
    }
    app.anyone.get("/books").await.is(200, &json!({ "items": [book], "total": 1, "page": 1, "size": 20 }));
    // The longest values that are accepted.
    let longest = json!({
        "title": "ä".repeat(500), "author": "水".repeat(255), "description": "🌊".repeat(10_000), "price": "1.00",
        "cover_image_url": format!("https://example.com/{}", "x".repeat(2028)), "publish_date": "2024-02-29",
    });
    let added = app.add(&longest).await;
    assert_eq!(changed(&added, &longest), added);
}

async fn title_author_and_price_are_required(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    for field in ["title", "author", "price"] {
        let mut book = BOOK();
        book[field] = Value::Null;
        admin.post("/books", &book).await.is_problem(&invalid(&[field]));
        book.as_object_mut().unwrap().remove(field);
        admin.post("/books", &book).await.is_problem(&invalid(&[field]));
    }
    admin.post("/books", &json!({})).await.is_problem(&invalid(&["title", "author", "price"]));
    admin.put(&format!("/books/{}", app.add_book(0).await["id"]), &json!({})).await.body_of(200);
}

async fn rejects_an_invalid_stock_quantity(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    let path = format!("/books/{}/stock", book["id"]);
    for value in bad_quantities().into_iter().chain(wrong_types()).chain([Value::Null]) {
        let answer = app.admin().await.patch(&path, &json!({ "quantity": value })).await;
        answer.is_problem(&invalid(&["quantity"]));
    }
    app.admin().await.patch(&path, &json!({})).await.is_problem(&invalid(&["quantity"]));
    app.anyone.get(&format!("/books/{}", book["id"])).await.is(200, &book);
}

async fn rejects_an_invalid_book_id(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let wrong =
        [json!(0), json!(-1), json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(1.5), json!("1"), json!("x")];
    for value in wrong.into_iter().chain(wrong_types()).chain([Value::Null]) {
        ada.post("/prebooks", &json!({ "book_id": value })).await.is_problem(&invalid(&["book_id"]));
    }
    ada.post("/prebooks", &json!({})).await.is_problem(&invalid(&["book_id"]));
    let huge = r#"{"book_id": 123456789012345678901234567890}"#;
    ada.call_text(Method::POST, "/prebooks", "application/json", huge).await.is_problem(&invalid(&["book_id"]));
}

async fn rejects_invalid_fields_of_accounts(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let good = json!({ "email": "ada@example.com", "password": "long enough", "refresh_token": "x" });
    let emails = [
        "",
        " ",
        "x",
        "x@",
        "@x.org",
        "a b@x.org",
        "a@b@c.org",
        "a@x..org",
        "a@-x.org",
        "<a@x.org>",
        "a\0@x.org",
        "a@x.org\0",
        "a@x.org\nb",
    ];
    let passwords = ["", "1234567", " ", &"x".repeat(129)];
    for email in emails {
        app.anyone
            .post("/auth/register", &changed(&good, &json!({ "email": email })))
            .await
            .is_problem(&invalid(&["email"]));
    }
    for password in passwords {
        let body = changed(&good, &json!({ "password": password }));
        app.anyone.post("/auth/register", &body).await.is_problem(&invalid(&["password"]));
    }
    for (path, field) in [
        ("/auth/register", "email"),
        ("/auth/register", "password"),
        ("/auth/login", "email"),
        ("/auth/login", "password"),
        ("/auth/refresh", "refresh_token"),
        ("/auth/logout", "refresh_token"),
    ] {
        for value in wrong_types().into_iter().chain([json!(1), Value::Null]) {
            app.anyone.post(path, &changed(&good, &json!({ field: value }))).await.is_problem(&invalid(&[field]));
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(field);
        app.anyone.post(path, &without).await.is_problem(&invalid(&[field]));
    }
}

async fn lists_all_invalid_fields_at_once(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let bad = json!({
        "title": "", "author": "", "price": "free", "isbn": "x", "description": "\0", "cover_image_url": "x",
        "publish_date": "x", "stock_quantity": -1,
    });
    let fields =
        ["title", "author", "price", "isbn", "description", "cover_image_url", "publish_date", "stock_quantity"];
    app.admin().await.post("/books", &bad).await.is_problem(&invalid(&fields));
    let path = format!("/books/{}", app.add_book(0).await["id"]);
    app.admin().await.put(&path, &bad).await.is_problem(&invalid(&fields));
    let bad = json!({ "email": "x", "password": "x" });
    app.anyone.post("/auth/register", &bad).await.is_problem(&invalid(&["email", "password"]));
    app.anyone.post("/auth/login", &json!({})).await.is_problem(&invalid(&["email", "password"]));
}

async fn rejects_a_body_that_is_not_an_object(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for body in [json!(null), json!(1), json!("x"), json!([]), json!([{}]), json!(["ada@example.com", "long enough"])] {
        for path in ["/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"] {
            app.anyone.post(path, &body).await.is_problem(&invalid(&[""]));
        }
        app.admin().await.post("/books", &body).await.is_problem(&invalid(&[""]));
        app.admin().await.post("/prebooks", &body).await.is_problem(&invalid(&[""]));
    }
}

async fn rejects_a_duplicate_field(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let body = r#"{"refresh_token": "x", "refresh_token": "y"}"#;
    let answer = app.anyone.call_text(Method::POST, "/auth/logout", "application/json", body).await;
    answer.is_problem(&invalid(&[""]));
}
