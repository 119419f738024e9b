//! Headers of every response, HEAD and CORS.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::errors::paths;
use crate::support::{Answer, TestApp, problem, sorted};

pub(crate) fn suite() -> Suite {
    tests![
        keeps_a_valid_request_id,
        replaces_an_invalid_request_id,
        every_get_route_supports_head,
        cors_rejects_other_origins,
        cors_allows_the_configured_origins,
        preflights_name_the_methods_of_the_path,
        every_response_is_protected,
    ]
}

async fn keeps_a_valid_request_id(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for id in ["a", "A-Z.a_z-09", &"x".repeat(64)] {
        for (method, path) in
            [(Method::GET, "/health"), (Method::GET, "/nothing"), (Method::PUT, "/books"), (Method::GET, "/auth/me")]
        {
            let request = app.anyone.request(method, path).header("x-request-id", id);
            assert_eq!(app.anyone.send(request).await.header("x-request-id"), Some(id));
        }
    }
}

async fn replaces_an_invalid_request_id(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut given = vec![app.anyone.get("/health").await];
    for id in ["", "with space", "<script>", "a/b", "ä", "a,b", &"x".repeat(65)] {
        let request = app.anyone.request(Method::GET, "/health").header("x-request-id", id);
        let answer = app.anyone.send(request).await;
        assert_ne!(answer.header("x-request-id"), Some(id));
        given.push(answer);
    }
    let mut ids: Vec<_> = given.iter().map(|answer| answer.header("x-request-id").unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8, "each response has its own");
    let is_good =
        |id: &&str| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    assert!(ids.iter().all(is_good), "{ids:?}");
}

async fn every_get_route_supports_head(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    admin.place(&app.add_book(0).await).await;
    for (path, _) in paths().iter().filter(|(_, methods)| methods.iter().any(|method| method == "GET")) {
        for caller in [&app.anyone, admin] {
            let get = caller.get(path).await;
            let head = caller.send(caller.request(Method::HEAD, path)).await;
            assert_eq!(head.status, get.status, "{path}");
            assert!(head.body.is_null());
            for name in ["content-type", "content-length", "www-authenticate", "location", "allow"] {
                assert_eq!(head.header(name), get.header(name), "{path}: {name}");
            }
        }
    }
}

const SHOP: &str = "https://shop.example.com";

async fn cors_rejects_other_origins(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    preflight(&app, SHOP).await.is_problem(&problem(405, "METHOD_NOT_ALLOWED"));
    assert_eq!(allowed_origin(&get_from(&app, SHOP, "/books").await), None);

    let app = TestApp::start_with(&database, &["--cors-allowed-origins", SHOP]).await;
    for other in ["https://evil.example.com", "http://shop.example.com", "https://shop.example.com:444", "null"] {
        assert_eq!(allowed_origin(&preflight(&app, other).await), None);
        assert_eq!(allowed_origin(&get_from(&app, other, "/books").await), None);
    }
}

async fn cors_allows_the_configured_origins(database: TestDatabase) {
    let origins = format!("{SHOP},http://localhost:3000");
    let app = TestApp::start_with(&database, &["--cors-allowed-origins", &origins]).await;
    for origin in [SHOP, "http://localhost:3000"] {
        let answer = preflight(&app, origin).await;
        assert_eq!((answer.status, allowed_origin(&answer)), (200, Some(origin)));
        assert_eq!(answer.header("access-control-max-age"), Some("3600"));
        let allows = |header: &str, value: &str| {
            let given = answer.header(header).unwrap_or_default().to_lowercase();
            assert!(given.split(',').any(|part| part.trim() == value), "{header}: {given}");
        };
        allows("access-control-allow-methods", "patch");
        allows("access-control-allow-headers", "authorization");
        allows("access-control-allow-headers", "content-type");
        // Errors too, so that the page can show what went wrong.
        for (path, status) in [("/books", 200), ("/auth/me", 401), ("/nothing", 404), ("/auth/login", 405)] {
            let answer = get_from(&app, origin, path).await;
            assert_eq!((answer.status, allowed_origin(&answer)), (status, Some(origin)));
            let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
            for name in ["location", "retry-after", "x-request-id"] {
                assert!(exposed.contains(name), "{exposed}");
            }
            assert!(answer.header("x-request-id").is_some());
        }
    }
}

async fn preflights_name_the_methods_of_the_path(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--cors-allowed-origins", SHOP]).await;
    for (path, methods) in paths() {
        let answer = preflight_of(&app, SHOP, &path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(sorted(answer.header("access-control-allow-methods").unwrap().split(", ")), methods, "{path}");
    }
    preflight_of(&app, SHOP, "/nothing").await.is_problem(&problem(404, "NOT_FOUND"));
    let no_preflight = app.anyone.request(Method::OPTIONS, "/books").header("origin", SHOP);
    app.anyone.send(no_preflight).await.is_problem(&problem(405, "METHOD_NOT_ALLOWED"));
}

/// Nobody stores a response, and no browser takes it for a page or shows it in a frame.
async fn every_response_is_protected(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let admin = app.admin().await;
    for (path, _) in paths() {
        // Everyone may see these.
        let is_public = ["/openapi.json", "/docs/"].contains(&path.as_str());
        for answer in [app.anyone.get(&path).await, admin.get(&path).await] {
            assert_protected(&answer, &path);
            assert_eq!(answer.header("cache-control"), Some(if is_public { "no-cache" } else { "no-store" }), "{path}");
        }
    }
    for path in ["/nothing", "/books/x", "/docs/swagger-ui.css"] {
        assert_protected(&app.anyone.get(path).await, path);
    }
    assert_protected(&app.anyone.post("/auth/login", &json!({})).await, "/auth/login");
}

#[track_caller]
fn assert_protected(answer: &Answer, path: &str) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
    let policy = answer.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
}

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    preflight_of(app, origin, "/books/1/stock").await
}

async fn preflight_of(app: &TestApp, origin: &str, path: &str) -> Answer {
    let request = app.anyone.request(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", "PATCH");
    app.anyone.send(request.header("access-control-request-headers", "authorization, content-type")).await
}

async fn get_from(app: &TestApp, origin: &str, path: &str) -> Answer {
    app.anyone.send(app.anyone.request(Method::GET, path).header("origin", origin)).await
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}
