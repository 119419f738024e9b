//! The OpenAPI document is true: the responses of every operation match it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::security::Operation;
use crate::support::{ADMIN_PASSWORD, Answer, Caller, TestApp, execute};

pub(crate) fn suite() -> Suite {
    tests![
        openapi_json_is_up_to_date,
        serves_the_document,
        every_reference_resolves,
        operation_ids_are_unique,
        responses_match_the_document,
    ]
}

pub(crate) fn document() -> Value {
    serde_json::to_value(api_actix::openapi_document()).unwrap()
}

async fn openapi_json_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let expected = serde_json::to_string_pretty(&api_actix::openapi_document()).unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some_and(|value| value == "1") {
        std::fs::write(&file, &expected).unwrap();
    }
    let actual = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(actual == expected, "openapi.json is out of date: run the tests once with UPDATE_OPENAPI=1");
}

async fn serves_the_document(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answer = app.anyone.get("/openapi.json").await.body_of(200);
    assert_eq!(answer, document());
    assert!(answer["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(answer["info"]["version"], env!("CARGO_PKG_VERSION"));
}

/// Generated clients name their functions after them.
async fn operation_ids_are_unique() {
    let document = document();
    let items = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut names: Vec<&str> = items.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|one, next| one < next) && !names.is_empty(), "{names:?}");
}

async fn every_reference_resolves() {
    /// Returns how many references were checked.
    fn check(value: &Value, document: &Value) -> usize {
        match value {
            Value::Object(object) => {
                let reference = object.get("$ref").and_then(Value::as_str);
                if let Some(reference) = reference {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                let below: usize = object.values().map(|value| check(value, document)).sum();
                usize::from(reference.is_some()) + below
            }
            Value::Array(items) => items.iter().map(|value| check(value, document)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }
    let document = document();
    assert!(check(&document, &document) > 0, "the document has no references");
}

async fn responses_match_the_document(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, document) = (app.admin().await, document());
    let book =
        json!({ "title": "T", "author": "A", "price": 1, "isbn": "9780156027601", "publish_date": "1961-06-01" });
    let account = json!({ "email": "ada@example.com", "password": "long enough" });
    // Its session ends with the second refresh.
    let refreshing = app.register("refreshing@example.com").await;
    let token = json!({ "refresh_token": refreshing.tokens["refresh_token"] });
    let calls = [
        ("post", "/auth/register", account.clone(), 201),
        ("post", "/auth/register", account.clone(), 409),
        ("post", "/auth/login", account, 200),
        ("post", "/auth/login", json!({ "email": "x", "password": "x" }), 401),
        ("post", "/auth/refresh", token.clone(), 200),
        ("post", "/auth/refresh", token.clone(), 401),
        ("post", "/auth/logout", token, 204),
        ("get", "/auth/me", Value::Null, 200),
        ("patch", "/auth/me", json!({ "locale": "pt-BR" }), 200),
        ("delete", "/auth/me", json!({ "password": "x" }), 403),
        ("get", "/auth/sessions", Value::Null, 200),
        ("delete", "/auth/sessions/4711", Value::Null, 404),
        ("post", "/auth/password", json!({ "current_password": "x", "new_password": "a password of mine" }), 403),
        ("post", "/auth/password", json!({ "current_password": "x", "new_password": "password" }), 422),
        ("post", "/auth/password/forgot", json!({ "email": "ada@example.com" }), 202),
        ("post", "/auth/password/reset", json!({ "token": "x", "new_password": "a password of mine" }), 400),
        ("post", "/auth/email/verification", Value::Null, 202),
        ("post", "/auth/email/verify", json!({ "token": "x" }), 400),
        ("get", "/unsubscribe?token=x", Value::Null, 200),
        ("post", "/unsubscribe?token=x", Value::Null, 400),
        ("post", "/books", json!({ "title": "T", "author": "A", "price": 1 }), 201),
        ("post", "/books", book.clone(), 201),
        ("post", "/books", book, 409),
        ("post", "/books", json!({}), 422),
        ("get", "/books", Value::Null, 200),
        ("get", "/books/1", Value::Null, 200),
        ("put", "/books/1", json!({ "title": "New" }), 200),
        ("put", "/books/1", json!({ "isbn": "9780156027601" }), 409),
        ("put", "/books/1", json!({ "stock_quantity": 1 }), 422),
        ("post", "/prebooks", json!({ "book_id": 1 }), 201),
        ("post", "/prebooks", json!({ "book_id": 1 }), 409),
        ("post", "/prebooks", json!({ "book_id": 4711 }), 404),
        ("get", "/prebooks", Value::Null, 200),
        ("patch", "/books/1/stock", json!({ "quantity": 1 }), 200),
        ("get", "/prebooks/1", Value::Null, 200),
    ];
    let mut called = check_calls(admin, &document, &calls).await;
    let columns = "(pre_booking_id, restock_id, book_id, status)";
    execute(&database, &format!("INSERT INTO deliveries {columns} VALUES (1, 1, 1, 'failed')")).await;
    let calls = [
        ("get", "/admin/books/1/prebooks", Value::Null, 200),
        ("get", "/admin/books/4711/prebooks", Value::Null, 404),
        ("get", "/admin/restocks", Value::Null, 200),
        ("get", "/admin/deliveries", Value::Null, 200),
        ("get", "/admin/deliveries/1", Value::Null, 200),
        ("get", "/admin/deliveries/4711", Value::Null, 404),
        ("post", "/admin/deliveries/1/retry", Value::Null, 200),
        ("post", "/admin/deliveries/4711/retry", Value::Null, 404),
        ("post", "/admin/deliveries/retry?status=failed", Value::Null, 200),
        ("post", "/admin/deliveries/retry", Value::Null, 422),
        ("delete", "/prebooks/1", Value::Null, 204),
        ("delete", "/prebooks/1", Value::Null, 409),
        ("delete", "/books/1", Value::Null, 409),
        ("delete", "/books/2", Value::Null, 204),
        ("get", "/admin/users", Value::Null, 200),
        ("patch", "/admin/users/2/deactivate", Value::Null, 200),
        ("patch", "/admin/users/1/deactivate", Value::Null, 403),
        ("patch", "/admin/users/2/reactivate", Value::Null, 200),
        ("get", "/admin/audit", Value::Null, 200),
        ("get", "/admin/audit?cursor=x", Value::Null, 400),
        ("get", "/health", Value::Null, 200),
        ("get", "/health/ready", Value::Null, 200),
        ("get", "/auth/me/export", Value::Null, 200),
        ("delete", "/auth/me", json!({ "password": ADMIN_PASSWORD }), 204),
    ];
    called.extend(check_calls(admin, &document, &calls).await);
    let leaving = app.register("leaving@example.com").await;
    called.extend(check_calls(&leaving, &document, &[("post", "/auth/logout-all", Value::Null, 204)]).await);
    let all = Operation::all().into_iter().map(|operation| (operation.method.to_string(), operation.path));
    assert_eq!(called, all.collect());
}

/// Makes these calls, checks each response, and returns the method and path of the operations that were called.
async fn check_calls(
    admin: &Caller,
    document: &Value,
    calls: &[(&str, &str, Value, u16)],
) -> BTreeSet<(String, String)> {
    let mut called = BTreeSet::new();
    for (method, path, body, status) in calls {
        let answer = admin.call(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path, body).await;
        assert_eq!(answer.status, *status, "{method} {path}: {answer:?}");
        let template = path.split('?').next().unwrap().replace("/1", "/{id}").replace("/2", "/{id}");
        let template = template.replace("/4711", "/{id}");
        let response = &document["paths"][&template][method]["responses"][status.to_string()];
        check_answer(&answer, response, document, &format!("{method} {path} {status}"));
        called.insert((method.to_uppercase(), template));
    }
    called
}

fn check_answer(answer: &Answer, response: &Value, document: &Value, name: &str) {
    assert!(response.is_object(), "{name} is not in the document");
    match answer.header("content-type") {
        Some(kind) => check(&answer.body, &response["content"][kind]["schema"], document, name),
        None => assert!(response["content"].is_null() && answer.body.is_null(), "{name}"),
    }
    let documented = response["headers"].as_object().is_some_and(|headers| headers.contains_key("Location"));
    assert_eq!(documented, answer.header("location").is_some(), "{name}: Location");
}

/// Checks as much of JSON Schema as the document uses. A value must not have undocumented fields.
fn check(value: &Value, schema: &Value, document: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(value, document.pointer(reference.strip_prefix('#').unwrap()).unwrap(), document, at);
    }
    // The only choice in responses is a value or null.
    if let Some(choices) = schema["oneOf"].as_array() {
        let schema = choices.iter().find(|choice| (choice["type"] == "null") == value.is_null()).unwrap();
        return check(value, schema, document, at);
    }
    let properties = properties(schema, document);
    let allowed: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        Value::Null if !properties.is_empty() => vec!["object"],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => panic!("{at}: the type in {schema}"),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(allowed.contains(&kind), "{at}: {value} is not of {schema}");
    if let (Some(choices), false) = (schema["enum"].as_array(), value.is_null()) {
        assert!(choices.contains(value), "{at}: {value} is not of {schema}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], document, &format!("{at}[{index}]"));
    }
    if schema["additionalProperties"] == true {
        return;
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        let (property, _) = properties.get(name).unwrap_or_else(|| panic!("{at}: {name} is not documented"));
        check(field, property, document, &format!("{at}.{name}"));
    }
    for (name, (_, required)) in &properties {
        assert!(
            !(*required && value.is_object() && value[name].is_null() && value.get(name).is_none()),
            "{at}: no {name}"
        );
    }
}

/// The properties of an object's schema and of its parts, and whether each is required.
fn properties<'a>(schema: &'a Value, document: &'a Value) -> BTreeMap<String, (&'a Value, bool)> {
    if let Some(reference) = schema["$ref"].as_str() {
        return properties(document.pointer(reference.strip_prefix('#').unwrap()).unwrap(), document);
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut all: BTreeMap<_, _> = parts.flat_map(|part| properties(part, document)).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let required = schema["required"].as_array().is_some_and(|names| names.contains(&name.as_str().into()));
        all.insert(name.clone(), (property, required));
    }
    all
}
