use chrono::Duration;
use secrecy::SecretString;

use super::AccountMailId;
use crate::account::{Email, LinkPurpose};

/// The content of an e-mail with a link that works once.
#[derive(Debug, Clone)]
pub struct LinkLetter {
    /// The account mail. All its copies have the same `Message-ID`.
    pub id: AccountMailId,
    /// The address of the user.
    pub to: Email,
    /// What the link allows.
    pub purpose: LinkPurpose,
    /// The token in the link. Each copy of the mail has its own, and all of them work until one is used.
    pub token: SecretString,
    /// How long the link works.
    pub lifetime: Duration,
}
