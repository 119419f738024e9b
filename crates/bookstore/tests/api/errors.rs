//! Errors before a call is understood: paths, methods and bodies, and their precedence.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::openapi::document;
use crate::support::{Caller, Problem, RawConnection, TestApp, changed, invalid, problem, sorted};

pub(crate) fn suite() -> Suite {
    tests![
        unknown_paths_are_not_found,
        wrong_methods_get_405_with_the_allowed_ones,
        errors_have_a_fixed_precedence,
        rejects_a_body_that_is_too_large,
        limits_a_chunked_body_too,
        rejects_a_content_type_other_than_json,
        rejects_malformed_json,
    ]
}

/// Every path and its methods: those of the document, and its own pages.
pub(crate) fn paths() -> Vec<(String, Vec<String>)> {
    let document = document();
    let described = document["paths"].as_object().unwrap().iter().map(|(path, item)| {
        let mut methods: Vec<_> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        if methods.contains(&"GET".to_owned()) {
            methods.push("HEAD".to_owned());
        }
        methods.sort();
        (path.replace("{id}", "1"), methods)
    });
    let pages =
        ["/openapi.json", "/docs", "/docs/"].map(|page| (page.to_owned(), vec!["GET".to_owned(), "HEAD".to_owned()]));
    described.chain(pages).collect()
}

async fn unknown_paths_are_not_found(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let paths = [
        "/",
        "/book",
        "/books/",
        "/books/1/",
        "/books/1/stock/x",
        "/books/1/2",
        "/prebooks/1/x",
        "/auth",
        "/admin",
        "/admin/users/1",
        "/Books",
        "/docs/no-such-file.js",
        "/docs/../Cargo.toml",
        "/docs/%2e%2e/Cargo.toml",
        "/%00",
        "/%FF",
        "/health/x",
        "/.env",
        "/data/jwt-secret",
    ];
    for path in paths {
        for caller in [&app.anyone, app.admin().await] {
            for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
                if path.starts_with("/docs/") && method != Method::GET {
                    continue;
                }
                let answer = caller.call_text(method, path, "text/plain", "x".repeat(100_000)).await;
                answer.is_problem(&problem(404, "NOT_FOUND"));
            }
        }
    }
}

async fn wrong_methods_get_405_with_the_allowed_ones(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (path, allowed) in paths() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            if allowed.iter().any(|allowed| allowed == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = app.anyone.call_text(method, &path, "text/plain", "no JSON").await;
            answer.is_problem(&problem(405, "METHOD_NOT_ALLOWED"));
            assert_eq!(sorted(answer.header("allow").unwrap().split(", ")), allowed, "{path}");
        }
    }
}

/// Each call has one error less than the one before it, so the error that it gets shows the precedence.
async fn errors_have_a_fixed_precedence(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, locked_out) = (app.register("ada@example.com").await, app.register("eve@example.com").await);
    app.deactivate(&locked_out.me().await).await;
    let (admin, anyone) = (app.admin().await, &app.anyone);
    let (stock, none, json_type) = ("/books/4711/stock", "/books/0/stock", "application/json");
    let huge = "{".repeat(70_000);
    let calls: [(&Caller, Method, &str, &str, &str, Problem); 11] = [
        (anyone, Method::PUT, "/books/0/nothing", "text/plain", &huge, problem(404, "NOT_FOUND")),
        (anyone, Method::PUT, none, "text/plain", &huge, problem(405, "METHOD_NOT_ALLOWED")),
        (anyone, Method::PATCH, none, "text/plain", &huge, problem(401, "AUTH_TOKEN_MISSING")),
        (&locked_out, Method::PATCH, none, "text/plain", &huge, problem(403, "AUTH_ACCOUNT_DEACTIVATED")),
        (&ada, Method::PATCH, none, "text/plain", &huge, problem(403, "AUTH_FORBIDDEN")),
        (admin, Method::PATCH, none, "text/plain", &huge, problem(404, "BOOK_NOT_FOUND")),
        (admin, Method::PATCH, stock, "text/plain", &huge, problem(413, "BODY_TOO_LARGE")),
        (admin, Method::PATCH, stock, "text/plain", "{", problem(415, "UNSUPPORTED_MEDIA_TYPE")),
        (admin, Method::PATCH, stock, json_type, "{", problem(400, "MALFORMED_JSON")),
        (admin, Method::PATCH, stock, json_type, r#"{"quantity": -1}"#, invalid(&["quantity"])),
        (admin, Method::PATCH, stock, json_type, r#"{"quantity": 1}"#, problem(404, "BOOK_NOT_FOUND")),
    ];
    for (caller, method, path, kind, body, expected) in calls {
        caller.call_text(method, path, kind, body).await.is_problem(&expected);
    }
    // The cursor is checked before the other parameters.
    ada.get("/prebooks?limit=0&cursor=x").await.is_problem(&problem(400, "INVALID_CURSOR").of("cursor"));
}

async fn rejects_a_body_that_is_too_large(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    let body = r#"{"quantity": 0}"#;
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    let path = format!("/books/{}/stock", book["id"]);
    let admin = app.admin().await;
    let answer = admin.call_text(Method::PATCH, &path, "application/json", padded(65_536)).await.body_of(200);
    assert_eq!(answer, changed(&book, &json!({ "updated_at": answer["updated_at"], "restocked": false })));
    for length in [65_537, 1_000_000, 10_000_000] {
        let answer = admin.call_text(Method::PATCH, &path, "application/json", padded(length)).await;
        answer.is_problem(&problem(413, "BODY_TOO_LARGE"));
    }

    let app = TestApp::start_with(&database, &["--max-body-bytes", "20"]).await;
    for (body, fits) in [(r#"{"refresh_token":""}"#, true), (r#"{"refresh_token":"x"}"#, false)] {
        let answer = app.anyone.call_text(Method::POST, "/auth/logout", "application/json", body).await;
        if fits {
            answer.has_no_content();
        } else {
            answer.is_problem(&problem(413, "BODY_TOO_LARGE"));
        }
    }
}

async fn limits_a_chunked_body_too(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let head = "POST /auth/logout HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let body = r#"{"refresh_token":"x"}"#;
    let mut connection = RawConnection::open(&app.url);
    let (one, other) = body.split_at(5);
    let chunks = format!("{head}{:x}\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\n\r\n", one.len(), other.len());
    connection.say(chunks.as_bytes()).unwrap();
    assert_eq!(connection.read_answer().status, 204);

    let mut connection = RawConnection::open(&app.url);
    let chunk = format!("{:x}\r\n{}\r\n", 1000, "x".repeat(1000));
    connection.say(format!("{head}{}0\r\n\r\n", chunk.repeat(70)).as_bytes()).unwrap();
    let answer = connection.read_answer();
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.head.to_lowercase().contains("content-type: application/problem+json"), "{answer:?}");
    assert!(answer.body.contains("BODY_TOO_LARGE"), "{answer:?}");
}

async fn rejects_a_content_type_other_than_json(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let body = r#"{"refresh_token": "x"}"#;
    for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonx", "", "json"]
    {
        let answer = app.anyone.call_text(Method::POST, "/auth/logout", kind, body).await;
        answer.is_problem(&problem(415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    let without = app.anyone.request(Method::POST, "/auth/logout");
    for request in [without.try_clone().unwrap(), without.body(body)] {
        app.anyone.send(request).await.is_problem(&problem(415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        app.anyone.call_text(Method::POST, "/auth/logout", kind, body).await.has_no_content();
    }
}

async fn rejects_malformed_json(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, admin) = (app.register("ada@example.com").await, app.admin().await);
    let book = app.add_book(0).await;
    let (path, stock) = (format!("/books/{}", book["id"]), format!("/books/{}/stock", book["id"]));
    let deep = "[".repeat(60_000);
    let bodies: [&[u8]; 13] = [
        b"",
        b" ",
        b"{",
        b"}",
        b"{]",
        b"{\"a\": }",
        b"{\"a\": 1,}",
        b"{} {}",
        b"{}x",
        b"\xff",
        b"{\"title\": \"\xff\"}",
        b"nonsense",
        deep.as_bytes(),
    ];
    for body in bodies {
        for (caller, method, path) in [
            (&app.anyone, Method::POST, "/auth/register"),
            (&app.anyone, Method::POST, "/auth/login"),
            (&app.anyone, Method::POST, "/auth/refresh"),
            (&app.anyone, Method::POST, "/auth/logout"),
            (admin, Method::POST, "/books"),
            (admin, Method::PUT, &path),
            (admin, Method::PATCH, &stock),
            (&ada, Method::POST, "/prebooks"),
        ] {
            let request = caller.request(method, path).header("content-type", "application/json").body(body.to_vec());
            caller.send(request).await.is_problem(&problem(400, "MALFORMED_JSON"));
        }
    }
    app.anyone.get(&path).await.is(200, &book);
    // Deep but well-formed: as an unknown field it is ignored, as a known one it has the wrong type.
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let ignored = format!(r#"{{"x": {deep}, "refresh_token": "x"}}"#);
    app.anyone.call_text(Method::POST, "/auth/logout", "application/json", ignored).await.has_no_content();
    let wrong = format!(r#"{{"refresh_token": {deep}}}"#);
    let answer = app.anyone.call_text(Method::POST, "/auth/logout", "application/json", wrong).await;
    answer.is_problem(&invalid(&["refresh_token"]));
}
