//! The Swagger UI, which loads everything from the server itself.

use test_support::{Suite, TestDatabase, tests};

use crate::support::{TestApp, problem};

pub(crate) fn suite() -> Suite {
    tests![
        docs_redirects_to_the_page,
        serves_the_page_and_its_assets,
        the_page_loads_this_document,
        the_page_runs_only_its_own_files_and_keeps_no_token,
        docs_can_be_switched_off,
    ]
}

async fn docs_redirects_to_the_page(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answer = app.anyone.get("/docs").await;
    assert!((300..400).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("location"), Some("/docs/"));
}

async fn serves_the_page_and_its_assets(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let page = app.anyone.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
    let html = page.body.as_str().unwrap();
    let links: Vec<_> = html.match_indices("src=\"").chain(html.match_indices("href=\"")).collect();
    let links = links.iter().map(|(at, name)| html[at + name.len()..].split('"').next().unwrap());
    let mut assets = Vec::new();
    for link in links {
        assert!(!link.contains("//"), "{link} leads to another server");
        let path = link.trim_start_matches("./");
        let answer = reqwest::get(format!("{}/docs/{path}", app.url)).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let expected = match path.rsplit('.').next().unwrap() {
            "js" => "javascript",
            "css" => "text/css",
            "png" => "image/png",
            other => panic!("{path} is a {other}"),
        };
        assert!(kind.contains(expected), "{path} is a {kind}");
        assert!(!answer.bytes().await.unwrap().is_empty());
        assets.push(path);
    }
    for needed in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert!(assets.contains(&needed), "{assets:?}");
    }
    for outside in ["http://", "https://", "url(//"] {
        assert!(!html.contains(outside), "{html}");
    }
}

async fn the_page_loads_this_document(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answer = app.anyone.get("/docs/swagger-initializer.js").await;
    let script = answer.body.as_str().unwrap();
    assert!(script.contains("\"/openapi.json\""), "{script}");
    assert!(!script.contains("petstore"), "{script}");
    app.anyone.get("/openapi.json").await.body_of(200);
}

async fn the_page_runs_only_its_own_files_and_keeps_no_token(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let page = app.anyone.get("/docs/").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let initializer = app.anyone.get("/docs/swagger-initializer.js").await;
    let script = initializer.body.as_str().unwrap();
    assert!(script.contains("\"persistAuthorization\": false"), "{script}");
    // Or a browser would show the document of an earlier version.
    for path in ["/docs/", "/openapi.json"] {
        assert_eq!(app.anyone.get(path).await.header("cache-control"), Some("no-cache"), "{path}");
    }
}

async fn docs_can_be_switched_off(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--docs", "off"]).await;
    for path in ["/docs", "/docs/", "/docs/swagger-ui.css", "/openapi.json"] {
        app.anyone.get(path).await.is_problem(&problem(404, "NOT_FOUND"));
    }
    app.anyone.get("/books").await.body_of(200);
}
