use std::net::IpAddr;

use crate::account::UserId;

/// Who made a change, and from where. Nobody and nowhere for the program itself and its commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The user who made the request.
    pub actor_id: Option<UserId>,
    /// The identifier of the request, which its log lines have too.
    pub request_id: Option<String>,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
}

impl Origin {
    /// The program itself: a start, or a command of an operator.
    #[must_use]
    pub fn program() -> Self {
        Self::default()
    }
}
