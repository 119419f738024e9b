use serde_json::{Value, json};

use super::{Answer, Problem};

/// Checks that this is a time as the API shows it: `YYYY-MM-DDTHH:MM:SS.ffffffZ`. Two of them compare as texts do.
#[track_caller]
pub(crate) fn assert_time(value: &Value) -> &str {
    let time = text(value);
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{time} has another format");
    assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{time} has another format");
    time
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// An object after a change of some of its fields.
#[track_caller]
pub(crate) fn changed(object: &Value, change: &Value) -> Value {
    let mut changed = object.as_object().expect("an object").clone();
    changed.extend(change.as_object().expect("an object").clone());
    changed.into()
}

/// A waiting pre-booking after the restock that notified it. Its e-mail is not sent yet.
#[track_caller]
pub(crate) fn notified(waiting: &Value, at: &Value) -> Value {
    let delivery = json!({ "status": "pending", "delivered_at": null });
    changed(waiting, &json!({ "status": "notified", "notified_at": at, "delivery": delivery }))
}

/// The ids of these items, in their order.
#[track_caller]
pub(crate) fn ids(items: &Value) -> Vec<i64> {
    items.as_array().expect("a list").iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// Runs all of these at the same time, and returns their results in order.
pub(crate) async fn all_at_once<T: Send + 'static>(
    calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for call in running {
        results.push(call.await.unwrap());
    }
    results
}

/// Tokens, and nothing else.
#[track_caller]
pub(crate) fn assert_tokens(body: Value) -> Value {
    let expected = json!({
        "access_token": text(&body["access_token"]), "refresh_token": text(&body["refresh_token"]), "token_type": "bearer",
    });
    assert_eq!(body, expected);
    body
}

#[track_caller]
pub(crate) fn all_are(answers: &[Answer], problem: &Problem) {
    for answer in answers {
        answer.is_problem(problem);
    }
}
