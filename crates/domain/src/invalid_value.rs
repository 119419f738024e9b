use std::borrow::Cow;

/// Why a value was refused: what would have been right, as the end of a sentence that starts with the field's name.
///
/// It never holds the refused value itself, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(Cow<'static, str>);

impl InvalidValue {
    /// A refusal with this explanation, for example `"must have 1 to 500 characters"`.
    pub fn new(explanation: impl Into<Cow<'static, str>>) -> Self {
        Self(explanation.into())
    }
}
