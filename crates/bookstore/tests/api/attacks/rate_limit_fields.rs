//! What responses tell about limits.

use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use super::log_in;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, TestApp, problem};

pub(super) fn suite() -> Suite {
    tests![responses_tell_what_is_left, refusals_tell_when_to_try_again, off_switches_all_limits_off]
}

async fn responses_tell_what_is_left(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--rate-limit", "on"]).await;
    let answer = log_in(&app.anyone, ADMIN_EMAIL, ADMIN_PASSWORD).await;
    assert_eq!(answer.header("ratelimit-policy"), Some("\"log-ins\";q=10;w=30"));
    assert_eq!(answer.header("ratelimit"), Some("\"log-ins\";r=9"));
    answer.body_of(200);
    // A request that is refused for another reason counts, too.
    let answer = app.anyone.post("/auth/register", &json!({})).await;
    assert_eq!((answer.status, answer.header("ratelimit")), (422, Some("\"registrations\";r=9")));
    assert_eq!(app.anyone.get("/books").await.header("ratelimit"), None);
}

async fn refusals_tell_when_to_try_again(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--rate-limit", "1"]).await;
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(app.anyone.post("/auth/register", &json!({})).await);
    }
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    refused.is_problem(&problem(429, "TOO_MANY_REQUESTS"));
    let seconds = refused.header("retry-after").unwrap();
    assert!((1..=10).contains(&seconds.parse::<u32>().unwrap()), "{seconds}");
    assert_eq!(refused.header("ratelimit-policy"), Some("\"registrations\";q=10;w=100"));
    assert_eq!(refused.header("ratelimit"), Some(&*format!("\"registrations\";r=0;t={seconds}")));
}

async fn off_switches_all_limits_off(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--rate-limit", "off"]).await;
    for _ in 0..40 {
        let answer = log_in(&app.anyone, ADMIN_EMAIL, "a wrong one").await;
        assert_eq!(answer.header("ratelimit"), None);
        answer.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    }
    log_in(&app.anyone, ADMIN_EMAIL, ADMIN_PASSWORD).await.body_of(200);
}
