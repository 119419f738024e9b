use chrono::Duration;

use super::{TokenHash, UserId};
use crate::Timestamp;

/// What a mailed link allows, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Choose a new password.
    PasswordReset,
    /// Show that one gets mail at the address.
    EmailVerification,
}

impl LinkPurpose {
    /// All purposes.
    pub const ALL: [Self; 2] = [Self::PasswordReset, Self::EmailVerification];

    /// Returns how long a link works.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::minutes(30),
            Self::EmailVerification => Duration::hours(24),
        }
    }
}

/// A link that is about to be mailed. The store keeps only the hash of its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// The account that the link is for.
    pub user_id: UserId,
    /// What the link allows.
    pub purpose: LinkPurpose,
    /// The hash of the token in the link.
    pub hash: TokenHash,
    /// When the link was made.
    pub created_at: Timestamp,
    /// When the link expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
}

/// The link is unknown, was used, or has expired, or its account is deactivated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is invalid")]
pub struct InvalidLink;
