use domain::InvalidValue;
use serde::Serialize;
use utoipa::ToSchema;

use super::Kind;

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`; `code` identifies the problem.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The name of the HTTP status.
    #[schema(example = "Conflict")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// What is wrong and what would be valid, for people.
    #[schema(example = "You are already waiting for this book")]
    detail: String,
    /// Identifies the problem, for programs. Codes never change.
    #[schema(example = "PREBOOK_DUPLICATE")]
    code: &'static str,
    /// The input that caused the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "book_id")]
    field: Option<&'static str>,
    /// Every invalid input of a `VALIDATION_ERROR`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: &str, field: Option<&'static str>, errors: &[FieldError]) -> Self {
        Self {
            kind: "about:blank",
            title: kind.status.canonical_reason().unwrap_or_default(),
            status: kind.status.as_u16(),
            detail: detail.to_owned(),
            code: kind.code,
            field,
            errors: errors.to_vec(),
        }
    }
}

/// An invalid input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Its name; empty for the body or the query string as a whole.
    #[schema(example = "quantity")]
    pub(crate) field: String,
    /// What would be valid.
    #[schema(example = "must be a whole number from 0 to 2147483647")]
    pub(crate) detail: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, invalid: &InvalidValue) -> Self {
        Self { field: field.into(), detail: invalid.to_string() }
    }
}
