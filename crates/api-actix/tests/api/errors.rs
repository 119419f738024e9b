//! What goes wrong before a call is understood: paths, methods, bodies, and which error goes before which.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{
    Caller, RawConnection, TestApp, changed, drop_database, execute, invalid, problem, sorted,
};

pub(crate) fn suite() -> Suite {
    tests![
        unknown_paths,
        every_path_says_which_methods_it_has,
        precedence,
        body_too_large,
        a_body_of_unknown_length,
        bodies_that_are_not_json,
        malformed_json,
        a_schema_that_is_not_the_programs,
    ]
    .and(tests![a_store_that_is_gone].only_on(Engine::Postgres))
}

/// Every path and its methods.
pub(crate) const PATHS: [(&str, &[&str]); 18] = [
    ("/auth/register", &["POST"]),
    ("/auth/login", &["POST"]),
    ("/auth/refresh", &["POST"]),
    ("/auth/logout", &["POST"]),
    ("/auth/me", &["GET", "HEAD"]),
    ("/admin/users", &["GET", "HEAD"]),
    ("/admin/users/1/deactivate", &["PATCH"]),
    ("/admin/users/1/reactivate", &["PATCH"]),
    ("/books", &["GET", "HEAD", "POST"]),
    ("/books/1", &["DELETE", "GET", "HEAD", "PUT"]),
    ("/books/1/stock", &["PATCH"]),
    ("/prebooks", &["GET", "HEAD", "POST"]),
    ("/prebooks/1", &["DELETE", "GET", "HEAD"]),
    ("/health", &["GET", "HEAD"]),
    ("/health/ready", &["GET", "HEAD"]),
    ("/openapi.json", &["GET", "HEAD"]),
    ("/docs", &["GET", "HEAD"]),
    ("/docs/", &["GET", "HEAD"]),
];

async fn unknown_paths(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let paths = [
        "/", "/book", "/books/", "/books/1/", "/books/1/stock/x", "/books/1/2", "/prebooks/1/x", "/auth", "/admin",
        "/admin/users/1", "/Books", "/docs/no-such-file.js", "/docs/../Cargo.toml", "/docs/%2e%2e/Cargo.toml", "/%00", "/%FF",
        "/health/x", "/.env", "/data/jwt-secret",
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

async fn every_path_says_which_methods_it_has(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (path, allowed) in PATHS {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            if allowed.contains(&method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = app.anyone.call_text(method, path, "text/plain", "no JSON").await;
            answer.is_problem(&problem(405, "METHOD_NOT_ALLOWED"));
            assert_eq!(sorted(answer.header("allow").unwrap().split(", ")), allowed, "{path}");
        }
    }
}

/// From call to call one thing less is wrong; what is left shows which error went before it.
async fn precedence(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, locked_out) = (app.register("ada@example.com").await, app.register("eve@example.com").await);
    app.deactivate(&locked_out.me().await).await;
    let (admin, anyone) = (app.admin().await, &app.anyone);
    let (stock, none, json_type) = ("/books/4711/stock", "/books/0/stock", "application/json");
    let huge = "{".repeat(70_000);
    let calls: [(&Caller, Method, &str, &str, &str, crate::support::Problem); 11] = [
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
    // A cursor is read before the other parameters are looked at.
    ada.get("/prebooks?limit=0&cursor=x").await.is_problem(&problem(400, "INVALID_CURSOR").of("cursor"));
}

async fn body_too_large(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    let padded = |length: usize| format!("{:<length$}", r#"{"quantity": 0}"#);
    let path = format!("/books/{}/stock", book["id"]);
    let admin = app.admin().await;
    let answer = admin.call_text(Method::PATCH, &path, "application/json", padded(65_536)).await.body_of(200);
    assert_eq!(answer, changed(&book, &json!({ "updated_at": answer["updated_at"], "restocked": false })));
    for length in [65_537, 1_000_000, 10_000_000] {
        let answer = admin.call_text(Method::PATCH, &path, "application/json", padded(length)).await;
        answer.is_problem(&problem(413, "BODY_TOO_LARGE"));
    }

    let app = TestApp::start_with(&database, &["--max-body-bytes", "20"]).await;
    let answer = app.admin().await.call_text(Method::PATCH, &path, "application/json", padded(21)).await;
    answer.is_problem(&problem(413, "BODY_TOO_LARGE"));
}

async fn a_body_of_unknown_length(database: TestDatabase) {
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

async fn bodies_that_are_not_json(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let body = r#"{"refresh_token": "x"}"#;
    for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonx", "", "json"] {
        let answer = app.anyone.call_text(Method::POST, "/auth/logout", kind, body).await;
        answer.is_problem(&problem(415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    let without = app.anyone.request(Method::POST, "/auth/logout");
    for request in [without.try_clone().unwrap(), without.body(body)] {
        app.anyone.send(request).await.is_problem(&problem(415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        app.anyone.call_text(Method::POST, "/auth/logout", kind, body).await.is_empty();
    }
}

async fn malformed_json(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, admin) = (app.register("ada@example.com").await, app.admin().await);
    let book = app.add_book(0).await;
    let (path, stock) = (format!("/books/{}", book["id"]), format!("/books/{}/stock", book["id"]));
    let deep = "[".repeat(60_000);
    let deep_value = format!("{{\"x\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [&[u8]; 14] = [
        b"", b" ", b"{", b"}", b"{]", b"{\"a\": }", b"{\"a\": 1,}", b"{} {}", b"{}x", b"\xff", b"{\"title\": \"\xff\"}",
        b"nonsense", deep.as_bytes(), deep_value.as_bytes(),
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
}

async fn a_store_that_is_gone(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let book = app.add_book(0).await;
    drop_database(&database).await;
    let unavailable = problem(503, "STORE_UNAVAILABLE");
    // More often than the pool has connections: those that it had, and those that it can't open.
    for _ in 0..5 {
        app.anyone.get("/books").await.is_problem(&unavailable);
        app.anyone.get(&format!("/books/{}", book["id"])).await.is_problem(&unavailable);
        ada.get("/prebooks").await.is_problem(&unavailable);
        ada.try_to_place(&book).await.is_problem(&unavailable);
        ada.refresh().await.is_problem(&unavailable);
        app.admin().await.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.is_problem(&unavailable);
        app.anyone.get("/health/ready").await.is_problem(&unavailable);
        app.anyone.get("/health").await.body_of(200);
    }
    let log_in = json!({ "email": "ada@example.com", "password": "whatever it was" });
    app.anyone.post("/auth/login", &log_in).await.is_problem(&unavailable);
    app.anyone.post("/auth/register", &log_in).await.is_problem(&unavailable);
}

async fn a_schema_that_is_not_the_programs(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let healthy = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    app.anyone.get("/health/ready").await.is(200, &healthy);
    execute(&database, "DELETE FROM seaql_migrations").await;
    app.anyone.get("/health/ready").await.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    app.anyone.get("/health").await.is(200, &healthy);
    assert_eq!(app.anyone.get("/books").await.body_of(200)["items"], Value::Array(Vec::new()));
}
