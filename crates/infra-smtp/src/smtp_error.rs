use std::io;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::{Response, Severity};

use crate::answer;

/// Why a step of an SMTP conversation failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpError {
    /// The server refused a command, for good (5xx) or for now (4xx).
    #[error("{}", answer::of_response(.0))]
    Refused(Response),
    /// The connection is lost, or the server does not keep to SMTP. What it says next can't be trusted.
    #[error("{0}")]
    Broken(String),
}

impl SmtpError {
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused(response) if response.code().severity == Severity::PermanentNegativeCompletion)
    }

    pub(crate) fn closed() -> Self {
        Self::Broken("the mail server closed the connection".to_owned())
    }

    pub(crate) fn unasked() -> Self {
        Self::Broken("the mail server sent more than one reply to a command".to_owned())
    }

    pub(crate) fn out_of_turn(response: &Response) -> Self {
        Self::Broken(format!("the mail server replied out of turn: {}", answer::of_response(response)))
    }

    pub(crate) fn too_long() -> Self {
        Self::Broken("the mail server sent a reply that is longer than SMTP allows".to_owned())
    }
}

impl From<io::Error> for SmtpError {
    fn from(error: io::Error) -> Self {
        Self::Broken(answer::one_line(&format!("the connection to the mail server failed: {error}")))
    }
}

/// lettre reads and writes the parts of a conversation.
impl From<Error> for SmtpError {
    fn from(error: Error) -> Self {
        Self::Broken(answer::one_line(&format!("the mail server sent what is not SMTP: {error}")))
    }
}
