//! Invalid query strings; and no error repeats the input, wherever it came from.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, TestApp, invalid, problem};

pub(crate) fn suite() -> Suite {
    tests![rejects_invalid_search_parameters, rejects_invalid_list_parameters, errors_never_repeat_the_input]
}

async fn rejects_invalid_search_parameters(database: TestDatabase) {
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

async fn rejects_invalid_list_parameters(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (path, values) in [
        ("/prebooks?limit", &["", "0", "%2B1", "-1", "501", "x", "1.5", "99999999999999999999", "%00"][..]),
        ("/prebooks?status", &["", "Waiting", "x", "waiting,notified", "%00"]),
        ("/admin/users?page", &["", "0", "%2B1", "-1", "x", "4294967296", "%00"]),
        ("/admin/users?per_page", &["", "0", "%2B1", "101", "x", "%00"]),
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

/// Values may be secrets, so no error repeats one.
async fn errors_never_repeat_the_input(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, secret) = (app.admin().await, "s3cr3tvalue");
    let book = app.add_book(0).await;
    let (path, stock) = (format!("/books/{}", book["id"]), format!("/books/{}/stock", book["id"]));
    let mut answers = Vec::new();
    for (caller, method, path, fields) in [
        (&app.anyone, Method::POST, "/auth/register", &["email", "password"][..]),
        (&app.anyone, Method::POST, "/auth/login", &["email", "password"]),
        (&app.anyone, Method::POST, "/auth/refresh", &["refresh_token"]),
        (
            admin,
            Method::POST,
            "/books",
            &["title", "price", "isbn", "cover_image_url", "publish_date", "stock_quantity"],
        ),
        (admin, Method::PUT, &path, &["price", "isbn", "cover_image_url", "publish_date", "stock_quantity"]),
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
    for path in
        ["/prebooks?cursor=", "/prebooks?status=", "/prebooks?limit=", "/prebooks/", "/books/", "/admin/users?role="]
    {
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
