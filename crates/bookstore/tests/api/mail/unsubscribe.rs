//! The link in e-mails that ends them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use test_support::{Suite, TestDatabase, tests};

use super::mailroom::{Mailroom, counts};
use crate::support::{Answer, Caller, TestApp, invalid, problem};

pub(crate) fn suite() -> Suite {
    tests![
        one_click_ends_the_mails_of_a_user,
        following_the_link_changes_nothing,
        a_browser_gets_pages,
        the_page_runs_no_script_and_tells_nobody_its_address,
        other_tokens_are_rejected,
        the_links_start_with_the_public_url,
    ]
}

const PUBLIC_URL: &str = "https://api.example.com/shop";

/// The value of a header of an e-mail.
fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let value = mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.unwrap_or_else(|| panic!("no {name} in {mail}"))
}

/// Restocks a book that this user waits for, and returns the path of the link in the e-mail.
async fn receive_a_link(room: &Mailroom, user: &Caller) -> String {
    let book = room.app.add_book(0).await;
    user.place(&book).await;
    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 1, 0, 0)).await;
    let mails = room.until_all_is_sent().await;
    let mail = &mails.last().unwrap().content;
    assert_eq!(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header(mail, "List-Unsubscribe").trim_start_matches('<').trim_end_matches('>');
    link.strip_prefix(&room.app.url).unwrap().to_owned()
}

/// What mail programs send (RFC 8058, 3.1).
async fn one_click(app: &TestApp, path: &str) -> Answer {
    let body = "List-Unsubscribe=One-Click";
    app.anyone.call_text(Method::POST, path, "application/x-www-form-urlencoded", body).await
}

async fn one_click_ends_the_mails_of_a_user(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let (ada, grace) = (room.app.register("ada@example.com").await, room.app.register("grace@example.com").await);
    let path = receive_a_link(&room, &ada).await;
    for _ in 0..2 {
        one_click(&room.app, &path).await.has_no_content();
        assert_eq!(ada.me().await["email_notifications"], false);
        assert_eq!(grace.me().await["email_notifications"], true);
    }

    let book = room.app.add_book(0).await;
    let placed = ada.place(&book).await;
    grace.place(&book).await;
    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 1, 0, 1)).await;
    assert_eq!(room.delivery_of(&placed).await["reason"], "the user switched e-mails off");
    assert_eq!(ada.find(&placed).await["status"], "notified", "only the e-mail is missing");

    ada.patch("/auth/me", &json!({ "email_notifications": true })).await.body_of(200);
    assert_eq!(receive_a_link(&room, &ada).await, path, "the link is the same in every e-mail");
}

async fn following_the_link_changes_nothing(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let ada = room.app.register("ada@example.com").await;
    let path = receive_a_link(&room, &ada).await;
    for method in [Method::GET, Method::HEAD] {
        let answer = room.app.anyone.send(room.app.anyone.request(method, &path)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_eq!(ada.me().await["email_notifications"], true);
}

/// Makes a request like a browser.
async fn browse(app: &TestApp, method: Method, path: &str) -> Answer {
    let request = app.anyone.request(method, path).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    app.anyone.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

async fn a_browser_gets_pages(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let ada = room.app.register("ada@example.com").await;
    let path = receive_a_link(&room, &ada).await;
    for (method, path, status, words) in [
        (Method::GET, path.as_str(), 200, "<form method=\"post\">"),
        (Method::POST, "/unsubscribe?token=1.x", 400, "This link does not work"),
        (Method::POST, &path, 200, "You receive no more e-mails"),
    ] {
        let answer = browse(&room.app, method, path).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.body.as_str().unwrap().contains(words), "{answer:?}");
    }
    assert_eq!(ada.me().await["email_notifications"], false);
}

async fn the_page_runs_no_script_and_tells_nobody_its_address(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for method in [Method::GET, Method::POST] {
        let page = browse(&app, method, "/unsubscribe?token=%3Cscript%3Ealert(1)%3C/script%3E").await;
        let html = page.body.as_str().unwrap();
        assert!(!html.contains("script") && !html.contains("alert"), "{html}");
        let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(page.header("content-security-policy"), Some(policy.as_str()));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    }
}

async fn other_tokens_are_rejected(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let id = &ada.me().await["id"];
    let zeros = "A".repeat(43);
    for token in
        ["x", ".", "%00", "1.", &format!("{id}."), &format!("{id}.{zeros}"), &format!("{id}.%20"), &"9".repeat(6000)]
    {
        let answer = one_click(&app, &format!("/unsubscribe?token={token}")).await;
        answer.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    }
    for method in [Method::GET, Method::POST] {
        let answer = app.anyone.call(method, "/unsubscribe", &Value::Null).await;
        answer.is_problem(&invalid(&["token"]));
    }
    assert_eq!(ada.me().await["email_notifications"], true);
}

async fn the_links_start_with_the_public_url(database: TestDatabase) {
    let room = Mailroom::open_with(database, &["--public-url", PUBLIC_URL]).await;
    let book = room.add_book_with_waiters(1).await;
    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 1, 0, 0)).await;
    let mail = &room.until_all_is_sent().await[0].content;
    assert!(header(mail, "List-Unsubscribe").starts_with(&format!("<{PUBLIC_URL}/unsubscribe?token=")), "{mail}");
    assert!(mail.contains(&format!("{PUBLIC_URL}/books/{}", book["id"])), "{mail}");
}
