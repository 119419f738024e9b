use std::fmt;

use super::{User, UserId};
use crate::Timestamp;

/// The SHA-256 hash of a refresh token, in base64. The token itself is never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshTokenHash(String);

impl RefreshTokenHash {
    /// Takes a hash from a [`TokenIssuer`](super::TokenIssuer) or from the store.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self(hash)
    }

    /// Returns the hash, for storing and comparing only.
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
    /// The account that the token signs in.
    pub user_id: UserId,
    /// The hash of the token; the token itself is not stored.
    pub hash: RefreshTokenHash,
    /// The hash of the first token of the family. A family is all tokens that stem from one log-in by refreshing.
    pub family: RefreshTokenHash,
    /// When the token was issued.
    pub created_at: Timestamp,
    /// When the token expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
}

/// A refresh token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The account that the token signs in.
    pub user_id: UserId,
    /// The hash of the first token of the family.
    pub family: RefreshTokenHash,
    /// When the token expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
    /// When the token was used or revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What a refresh with a token leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Revoke the token and issue a new one of its family.
    Rotate,
    /// Revoke the whole family: the token was used twice, so it may be stolen (RFC 9700, 4.14.2).
    RevokeFamily,
    /// Refuse the token and change nothing.
    Refuse,
}

impl RefreshToken {
    /// Decides a refresh with this token. `owner` is its account, read after it was locked.
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
    fn debug_hides_hashes() {
        let hash = RefreshTokenHash::new("a hash".into());
        assert_eq!(format!("{hash:?}"), "RefreshTokenHash([REDACTED])");
        assert_eq!(hash.expose(), "a hash");
    }

    #[test]
    fn decides_for_every_state_of_a_token() {
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
