//! Account mails.

mod repository;

use domain::account::LinkPurpose;

use crate::entity::account_mail::Purpose;

impl From<LinkPurpose> for Purpose {
    fn from(purpose: LinkPurpose) -> Self {
        match purpose {
            LinkPurpose::PasswordReset => Self::PasswordReset,
            LinkPurpose::EmailVerification => Self::EmailVerification,
        }
    }
}

impl From<Purpose> for LinkPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::PasswordReset => Self::PasswordReset,
            Purpose::EmailVerification => Self::EmailVerification,
        }
    }
}
