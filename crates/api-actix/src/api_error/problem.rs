use domain::InvalidValue;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for the program and for the person who reads it (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the title is that of the status, and `code` says more.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub(super) kind: &'static str,
    /// The name of the status.
    #[schema(example = "Conflict")]
    pub(super) title: &'static str,
    /// The HTTP status.
    #[schema(example = 409)]
    pub(super) status: u16,
    /// What is wrong, and what would be right.
    #[schema(example = "You are waiting for this book already")]
    pub(super) detail: String,
    /// What is wrong, for programs; it never changes.
    #[schema(example = "PREBOOK_DUPLICATE")]
    pub(super) code: &'static str,
    /// The one input that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "book_id")]
    pub(super) field: Option<&'static str>,
    /// All inputs that are to blame, of a `VALIDATION_ERROR`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) errors: Vec<FieldError>,
}

/// An input that is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Its name; empty for the body as a whole.
    #[schema(example = "quantity")]
    pub(crate) field: String,
    /// What would be right.
    #[schema(example = "must be a whole number from 0 to 2147483647")]
    pub(crate) detail: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, invalid: &InvalidValue) -> Self {
        Self { field: field.into(), detail: invalid.to_string() }
    }
}
