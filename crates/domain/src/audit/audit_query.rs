use super::{Action, AuditRecordId};
use crate::PageSize;
use crate::account::UserId;
use crate::book::BookId;

/// A query for records of the audit trail, newest first. A record must match all conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only changes that this user made.
    pub actor_id: Option<UserId>,
    /// Only this action.
    pub action: Option<Action>,
    /// Only changes of this book.
    pub book_id: Option<BookId>,
    /// Only changes of this user.
    pub user_id: Option<UserId>,
    /// Only records after this one.
    pub after: Option<AuditRecordId>,
    /// The most records to return.
    pub limit: PageSize<500>,
}
