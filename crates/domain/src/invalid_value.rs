use std::borrow::Cow;

/// Why a value is invalid, written as the end of a sentence that starts with the name of the field.
///
/// It says what would be valid, and never contains the invalid value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(Cow<'static, str>);

impl InvalidValue {
    /// Takes the end of the sentence, for example `"must have 1 to 500 characters"`.
    pub fn new(explanation: impl Into<Cow<'static, str>>) -> Self {
        Self(explanation.into())
    }
}
