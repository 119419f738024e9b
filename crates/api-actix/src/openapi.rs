//! The OpenAPI document, made from the handlers.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::api_error::{FieldError, Problem};
use crate::{account, book, delivery, health, pre_booking};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bookstore pre-bookings",
        description = "Customers pre-book a book that is out of stock; the moment it is restocked, everyone who waits is notified.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        account::register, account::log_in, account::refresh, account::log_out, account::me,
        book::list, book::add, book::find, book::change, book::delete, book::set_stock,
        pre_booking::place, pre_booking::list, pre_booking::find, pre_booking::cancel,
        account::list_users, account::deactivate, account::reactivate, pre_booking::list_of_book,
        delivery::list_restocks, delivery::list, delivery::find, delivery::retry, delivery::retry_all,
        health::live, health::ready,
    ),
    components(schemas(Problem, FieldError)),
    modifiers(&AccessToken, &CommonErrors),
    servers((url = "/")),
)]
struct Api;

/// The API's description of itself.
#[must_use]
pub fn document() -> Document {
    Api::openapi()
}

/// How one shows who one is.
struct AccessToken;

impl Modify for AccessToken {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    }
}

/// The errors that calls of a kind have in common.
struct CommonErrors;

impl Modify for CommonErrors {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                add_common_errors(path, operation);
            }
        }
    }
}

fn add_common_errors(path: &str, operation: &mut Operation) {
    let has_body = operation.request_body.is_some();
    let query: Vec<&str> = operation.parameters.iter().flatten().filter_map(query_parameter).collect();
    let (has_query, has_cursor) = (!query.is_empty(), query.contains(&"cursor"));
    let needs_token = operation.security.is_some();
    let is_admins = path.starts_with("/admin") || (path.starts_with("/books") && needs_token);
    let asks_store = path != "/health";
    let mut add = |status: &str, description: &str| {
        let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
        let content = ContentBuilder::new().schema(Some(problem)).build();
        let response =
            ResponseBuilder::new().description(description).content("application/problem+json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    };
    if needs_token {
        add("401", "`AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID` or `AUTH_TOKEN_EXPIRED`");
        add(
            "403",
            match (path, is_admins) {
                ("/admin/users/{id}/deactivate", _) => {
                    "`AUTH_ACCOUNT_DEACTIVATED`, `AUTH_FORBIDDEN` or `ADMN_CANNOT_DEACTIVATE_ADMIN`"
                }
                (_, true) => "`AUTH_ACCOUNT_DEACTIVATED` or `AUTH_FORBIDDEN`",
                (_, false) => "`AUTH_ACCOUNT_DEACTIVATED`",
            },
        );
    }
    if has_body {
        add("400", "`MALFORMED_JSON`");
        add("413", "`BODY_TOO_LARGE`");
        add("415", "`UNSUPPORTED_MEDIA_TYPE`");
    }
    if has_cursor {
        add("400", "`INVALID_CURSOR`");
    }
    if has_body || has_query {
        add("422", "`VALIDATION_ERROR`");
    }
    if asks_store {
        add("500", "`INTERNAL_ERROR`");
        add("503", "`STORE_UNAVAILABLE` or `OVERLOADED`");
    }
}

/// The name of a parameter, if it is one of the query string.
fn query_parameter(parameter: &RefOr<Parameter>) -> Option<&str> {
    match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(&parameter.name),
        RefOr::T(_) | RefOr::Ref(_) => None,
    }
}

/// A price as it comes in.
pub(crate) fn price() -> Schema {
    let number = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Number))
        .exclusive_minimum(Some(0))
        .exclusive_maximum(Some(100_000_000))
        .multiple_of(Some(0.01))
        .build();
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .pattern(Some(r"^(?=.*[1-9])[0-9]{1,8}(\.[0-9]{1,2})?$"))
        .build();
    OneOfBuilder::new().item(number).item(text).examples(["19.99"]).build().into()
}

/// An ISBN as it comes in. JSON Schema can't calculate check digits; that they must be right is what the format says.
pub(crate) fn isbn() -> Schema {
    let isbn_10 = "([0-9][- ]*){9}[0-9Xx]";
    let isbn_13 = "9[- ]*7[- ]*[89][- ]*([0-9][- ]*){9}[0-9]";
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .format(Some(SchemaFormat::Custom("isbn".to_owned())))
        .pattern(Some(format!("^[- ]*(({isbn_10}|{isbn_13})[- ]*)?$")))
        .examples(["978-0-15-602760-1"])
        .into()
}

fn one_of(names: &[&str]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(names.iter().copied()))
}

/// What books are sorted by.
pub(crate) fn book_sort() -> Schema {
    one_of(&["title", "author", "price", "created_at"]).default(Some("created_at".into())).into()
}

/// Which end of a sorted list comes first.
pub(crate) fn sort_direction() -> Schema {
    one_of(&["asc", "desc"]).default(Some("desc".into())).into()
}

/// The name of a pre-booking's status.
pub(crate) fn pre_booking_status() -> Schema {
    one_of(&domain::pre_booking::StatusKind::ALL.map(domain::pre_booking::StatusKind::as_str)).into()
}

/// The name of a delivery's status.
pub(crate) fn delivery_status() -> Schema {
    one_of(&domain::delivery::DeliveryStatus::ALL.map(domain::delivery::DeliveryStatus::as_str)).into()
}

/// The name of what became of an attempt.
pub(crate) fn attempt_outcome() -> Schema {
    one_of(&domain::delivery::AttemptOutcome::ALL.map(domain::delivery::AttemptOutcome::as_str)).into()
}

/// The name of a role.
pub(crate) fn role() -> Schema {
    one_of(&domain::account::Role::ALL.map(domain::account::Role::as_str)).into()
}
