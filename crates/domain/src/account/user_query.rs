use super::Role;
use crate::PageRequest;

/// Which accounts are asked for, newest first. All conditions hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserQuery {
    /// Only those of this role.
    pub role: Option<Role>,
    /// Only those that are active, or only those that are not.
    pub is_active: Option<bool>,
    /// Which page of them.
    pub page: PageRequest,
}
