use super::Role;
use crate::PageRequest;

/// A query for accounts, newest first. An account must match all conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserQuery {
    /// Only accounts of this role.
    pub role: Option<Role>,
    /// Only active accounts, or only deactivated ones.
    pub is_active: Option<bool>,
    /// The page to return.
    pub page: PageRequest,
}
