use std::fmt;

use super::{User, UserId};
use crate::Timestamp;

/// The SHA-256 hash of a refresh token, in base64: all that is stored of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshTokenHash(String);

impl RefreshTokenHash {
    /// A hash that a [`TokenIssuer`](super::TokenIssuer) made.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self(hash)
    }

    /// The hash, to be stored or compared with.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RefreshTokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshTokenHash([REDACTED])")
    }
}

/// A refresh token that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// Whose it is.
    pub user_id: UserId,
    /// What is stored of it.
    pub hash: RefreshTokenHash,
    /// The first token of its family, which names the family: all tokens that came from one log-in by refreshing.
    pub family: RefreshTokenHash,
    /// When it was issued.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What is stored of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose it is.
    pub user_id: UserId,
    /// The family that it belongs to.
    pub family: RefreshTokenHash,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// When it was used or revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// What a refresh token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// It is revoked, and a new one of its family takes its place.
    Rotate,
    /// Somebody shows it a second time: one of the two stole it, so its family is revoked (RFC 9700, section 4.14.2).
    RevokeFamily,
    /// Nothing.
    Refuse,
}

impl RefreshToken {
    /// What showing this token leads to. `owner` is its account as it is at present.
    #[must_use]
    pub fn decide(&self, owner: &User, now: Timestamp) -> RefreshDecision {
        if !owner.is_active {
            RefreshDecision::Refuse
        } else if self.revoked_at.is_some() {
            RefreshDecision::RevokeFamily
        } else if self.expires_at <= now {
            RefreshDecision::Refuse
        } else {
            RefreshDecision::Rotate
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Role;
    use crate::testing::{a_refresh_token, a_user, at};

    #[test]
    fn every_state_of_a_token_is_decided() {
        use RefreshDecision::{Refuse, RevokeFamily, Rotate};
        for (is_active, revoked_at, expires_at, expected) in [
            (true, None, at(51), Rotate),
            (true, None, at(50), Refuse),
            (true, Some(at(10)), at(51), RevokeFamily),
            (true, Some(at(10)), at(50), RevokeFamily),
            (false, None, at(51), Refuse),
            (false, Some(at(10)), at(51), Refuse),
            (false, None, at(50), Refuse),
        ] {
            let token = RefreshToken { expires_at, revoked_at, ..a_refresh_token() };
            let owner = User { is_active, ..a_user(Role::User) };
            assert_eq!(token.decide(&owner, at(50)), expected, "{is_active} {revoked_at:?} {expires_at}");
        }
    }
}
