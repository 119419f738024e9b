//! Schemas that several requests and responses share.

use serde_json::json;
use utoipa::openapi::schema::{
    AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType, Type,
};

/// A price in a request.
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

/// An ISBN in a request. JSON Schema can't verify a check digit, so the format `isbn` stands for that.
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

pub(crate) fn book_sort() -> Schema {
    one_of(&["title", "author", "price", "created_at"]).default(Some("created_at".into())).into()
}

pub(crate) fn sort_direction() -> Schema {
    one_of(&["asc", "desc"]).default(Some("desc".into())).into()
}

pub(crate) fn pre_booking_status() -> Schema {
    one_of(&domain::pre_booking::PreBookingStatus::ALL.map(domain::pre_booking::PreBookingStatus::as_str)).into()
}

pub(crate) fn delivery_status() -> Schema {
    one_of(&domain::delivery::DeliveryStatus::ALL.map(domain::delivery::DeliveryStatus::as_str)).into()
}

pub(crate) fn attempt_outcome() -> Schema {
    one_of(&domain::delivery::AttemptOutcome::ALL.map(domain::delivery::AttemptOutcome::as_str)).into()
}

/// The details of an audit record, whose fields depend on the action.
pub(crate) fn audit_details() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .description(Some("What else there is to know. Its fields depend on the action."))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .examples([json!({ "from": 0, "to": 5, "restocked": true })])
        .into()
}

pub(crate) fn action() -> Schema {
    one_of(&domain::audit::Action::ALL.map(domain::audit::Action::as_str)).into()
}

pub(crate) fn role() -> Schema {
    one_of(&domain::account::Role::ALL.map(domain::account::Role::as_str)).into()
}
