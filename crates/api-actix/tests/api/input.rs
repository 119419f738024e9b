//! Bad input, in every field of every endpoint.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, TestApp, changed, invalid, problem};

pub(crate) fn suite() -> Suite {
    tests![
        fields_of_a_book,
        fields_that_a_book_must_have,
        a_stock_quantity,
        the_book_of_a_pre_booking,
        fields_of_accounts,
        all_that_is_wrong_is_listed,
        bodies_that_are_no_objects,
        a_field_given_twice,
        parameters_of_a_search,
        parameters_of_other_lists,
        nothing_that_came_in_is_said_back,
    ]
}

/// Of which type it may be, no field takes all of these.
fn wrong_types() -> Vec<Value> {
    vec![json!(true), json!([]), json!(["x"]), json!({}), json!({ "x": 1 })]
}

fn bad_fields_of_a_book() -> Vec<(&'static str, Vec<Value>)> {
    let prices = ["0", "0.00", "-1", "-0.01", "100000000", "1.234", "1e3", "1,5", "", " 1", "1 ", "+1", "x", "NaN", "1.", ".5", "١"];
    let mut price: Vec<Value> = prices.map(Value::from).to_vec();
    price.extend([json!(0), json!(-1), json!(100_000_000), json!(1.234), json!(0.001), json!(1e300), json!(-0.0)]);
    let isbns = ["x", "978", "9780156027602", "0306406153", "4006381333931", "978015602760X", "X306406152", "97801560276011", "\0"];
    let urls = ["", "x", "example.com/a.jpg", "ftp://example.com/a", "javascript:alert(1)", "http://", "//example.com/a", "data:,x"];
    let dates = ["", "1961", "1961-6-1", "1961-02-29", "1961-13-01", "01.06.1961", "1961-06-01T00:00:00Z", " 1961-06-01", "19610601"];
    let mut url: Vec<Value> = urls.map(Value::from).to_vec();
    url.push(format!("https://example.com/{}", "x".repeat(2029)).into());
    url.push("https://example.com/\0".into());
    vec![
        ("title", vec![json!(""), "ä".repeat(501).into(), json!("nul\0"), json!(1)]),
        ("author", vec![json!(""), "ä".repeat(256).into(), json!("nul\0"), json!(1)]),
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

async fn fields_of_a_book(database: TestDatabase) {
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
    // The longest that are taken.
    let longest = json!({
        "title": "ä".repeat(500), "author": "水".repeat(255), "description": "🌊".repeat(10_000), "price": "1.00",
        "cover_image_url": format!("https://example.com/{}", "x".repeat(2028)), "publish_date": "2024-02-29",
    });
    let added = app.add(&longest).await;
    assert_eq!(changed(&added, &longest), added);
}

async fn fields_that_a_book_must_have(database: TestDatabase) {
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

async fn a_stock_quantity(database: TestDatabase) {
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

async fn the_book_of_a_pre_booking(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let wrong = [json!(0), json!(-1), json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(1.5), json!("1"), json!("x")];
    for value in wrong.into_iter().chain(wrong_types()).chain([Value::Null]) {
        ada.post("/prebooks", &json!({ "book_id": value })).await.is_problem(&invalid(&["book_id"]));
    }
    ada.post("/prebooks", &json!({})).await.is_problem(&invalid(&["book_id"]));
    let huge = r#"{"book_id": 123456789012345678901234567890}"#;
    ada.call_text(Method::POST, "/prebooks", "application/json", huge).await.is_problem(&invalid(&["book_id"]));
}

async fn fields_of_accounts(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let good = json!({ "email": "ada@example.com", "password": "long enough", "refresh_token": "x" });
    let emails = ["", " ", "x", "x@", "@x.org", "a b@x.org", "a@b@c.org", "a@x..org", "a@-x.org", "<a@x.org>", "a\0@x.org", "a@x.org\0", "a@x.org\nb"];
    let passwords = ["", "1234567", " ", &"x".repeat(129)];
    for email in emails {
        app.anyone.post("/auth/register", &changed(&good, &json!({ "email": email }))).await.is_problem(&invalid(&["email"]));
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

async fn all_that_is_wrong_is_listed(database: TestDatabase) {
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

async fn bodies_that_are_no_objects(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for body in [json!(null), json!(1), json!("x"), json!([]), json!([{}]), json!(["ada@example.com", "long enough"])] {
        for path in ["/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"] {
            app.anyone.post(path, &body).await.is_problem(&invalid(&[""]));
        }
        app.admin().await.post("/books", &body).await.is_problem(&invalid(&[""]));
        app.admin().await.post("/prebooks", &body).await.is_problem(&invalid(&[""]));
    }
}

async fn a_field_given_twice(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let body = r#"{"refresh_token": "x", "refresh_token": "y"}"#;
    let answer = app.anyone.call_text(Method::POST, "/auth/logout", "application/json", body).await;
    answer.is_problem(&invalid(&["refresh_token"]));
}

async fn parameters_of_a_search(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let long = "x".repeat(501);
    let numbers = ["", "0", "-1", "x", "1.5", "4294967296", "99999999999999999999", "%00"];
    let bounds = ["", "-1", "x", "1.234", "1e3", "99999999999999999999", "%00"];
    let booleans = ["", "1", "TRUE", "yes", "%00"];
    for (name, values) in [
        ("page", &numbers[..]),
        ("size", &[&numbers[..], &["101"]].concat()),
        ("min_price", &bounds),
        ("max_price", &bounds),
        ("in_stock", &booleans),
        ("sort", &["", "id", "Title", "title;DROP", "%00"]),
        ("sort_dir", &["", "up", "ASC", "%00"]),
        ("q", &["%00", "a%00b", &long]),
        ("author", &["%00", "a%00b", &long]),
    ] {
        for value in values {
            app.anyone.get(&format!("/books?{name}={value}")).await.is_problem(&invalid(&[name]));
        }
    }
    let all = "/books?q=%00&author=%00&in_stock=x&min_price=x&max_price=x&sort=x&sort_dir=x&page=x&size=x";
    let fields = ["q", "author", "in_stock", "min_price", "max_price", "sort", "sort_dir", "page", "size"];
    app.anyone.get(all).await.is_problem(&invalid(&fields));
}

async fn parameters_of_other_lists(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (path, values) in [
        ("/prebooks?limit", &["", "0", "-1", "501", "x", "1.5", "99999999999999999999", "%00"][..]),
        ("/prebooks?status", &["", "Waiting", "x", "waiting,notified", "%00"]),
        ("/admin/users?page", &["", "0", "-1", "x", "4294967296", "%00"]),
        ("/admin/users?per_page", &["", "0", "101", "x", "%00"]),
        ("/admin/users?role", &["", "Admin", "x", "%00"]),
        ("/admin/users?is_active", &["", "1", "x", "%00"]),
    ] {
        let field = path.split_once('?').unwrap().1;
        for value in values {
            app.admin().await.get(&format!("{path}={value}")).await.is_problem(&invalid(&[field]));
        }
    }
    for path in ["/books?page=1&page=2", "/prebooks?limit=1&limit=2", "/admin/users?page=1&page=1"] {
        assert_eq!(app.admin().await.get(path).await.status, 422);
    }
    app.admin().await.get("/prebooks?limit=501&status=x").await.is_problem(&invalid(&["status", "limit"]));
    let all = "/admin/users?role=x&is_active=x&page=x&per_page=x";
    app.admin().await.get(all).await.is_problem(&invalid(&["role", "is_active", "page", "per_page"]));
}

/// Values may be secrets; so no error quotes one, wherever it came in.
async fn nothing_that_came_in_is_said_back(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, secret) = (app.admin().await, "s3cr3tvalue");
    let book = app.add_book(0).await;
    let (path, stock) = (format!("/books/{}", book["id"]), format!("/books/{}/stock", book["id"]));
    let mut answers = Vec::new();
    for (caller, method, path, fields) in [
        (&app.anyone, Method::POST, "/auth/register", &["email", "password"][..]),
        (&app.anyone, Method::POST, "/auth/login", &["email", "password"]),
        (&app.anyone, Method::POST, "/auth/refresh", &["refresh_token"]),
        (admin, Method::POST, "/books", &["title", "price", "isbn", "cover_image_url", "publish_date", "stock_quantity"]),
        (admin, Method::PUT, &path, &["title", "price", "isbn", "cover_image_url", "publish_date", "stock_quantity"]),
        (admin, Method::PATCH, &stock, &["quantity"]),
        (admin, Method::POST, "/prebooks", &["book_id"]),
    ] {
        for field in fields {
            for value in [json!(secret), json!([secret]), json!({ secret: secret }), json!(format!("{secret}\0"))] {
                answers.push(caller.call(method.clone(), path, &json!({ *field: value })).await);
            }
            let broken = format!("{{\"{field}\": \"{secret}");
            answers.push(caller.call_text(method.clone(), path, "application/json", broken).await);
        }
    }
    for query in ["page", "size", "in_stock", "min_price", "sort", "sort_dir"] {
        answers.push(app.anyone.get(&format!("/books?{query}={secret}")).await);
    }
    for path in ["/prebooks?cursor=", "/prebooks?status=", "/prebooks?limit=", "/prebooks/", "/books/", "/admin/users?role="] {
        answers.push(admin.get(&format!("{path}{secret}")).await);
    }
    answers.push(app.anyone.with_access_token(secret).get("/auth/me").await);
    for answer in answers {
        assert!((400..500).contains(&answer.status), "{answer:#?}");
        assert!(!format!("{answer:?}").contains(secret), "{answer:#?}");
    }
    let anyone: &Caller = &app.anyone;
    anyone.get(&format!("/{secret}")).await.is_problem(&problem(404, "NOT_FOUND"));
}
