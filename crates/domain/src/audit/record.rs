use serde_json::{Map, Value};

use super::{Action, Origin};
use crate::Timestamp;
use crate::account::{Email, UserId};
use crate::book::BookId;
use crate::id::define_id;

define_id! {
    /// Identifies a record of the audit trail.
    AuditRecordId
}

/// What a change was, in numbers and names. It never has personal data: users are named by their identifiers.
pub type Details = Map<String, Value>;

/// A change that is about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was done.
    pub action: Action,
    /// The book that it was done to.
    pub book_id: Option<BookId>,
    /// The user that it was done to.
    pub user_id: Option<UserId>,
    /// What else there is to know.
    pub details: Details,
}

impl Change {
    /// A change of a book. `details` MUST be a JSON object.
    #[must_use]
    pub fn of_book(action: Action, book_id: BookId, details: Value) -> Self {
        Self { action, book_id: Some(book_id), user_id: None, details: object(details) }
    }

    /// A change of an account.
    #[must_use]
    pub fn of_user(action: Action, user_id: UserId) -> Self {
        Self { action, book_id: None, user_id: Some(user_id), details: Details::new() }
    }

    /// A change of neither. `details` MUST be a JSON object.
    #[must_use]
    pub fn other(action: Action, details: Value) -> Self {
        Self { action, book_id: None, user_id: None, details: object(details) }
    }
}

fn object(value: Value) -> Details {
    if let Value::Object(details) = value { details } else { Details::new() }
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Identifies the record. Later changes have higher numbers, apart from those made at the same time.
    pub id: AuditRecordId,
    /// When the change was made.
    pub at: Timestamp,
    /// Who made it.
    pub origin: Origin,
    /// The current address of who made it.
    pub actor_email: Option<Email>,
    /// What was done.
    pub change: Change,
}
