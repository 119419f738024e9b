use super::{Session, SessionId, TokenHash, User};
use crate::Timestamp;

/// A refresh token that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// The session that the token continues.
    pub session_id: SessionId,
    /// The hash of the token; the token itself is not stored.
    pub hash: TokenHash,
    /// When the token was issued.
    pub created_at: Timestamp,
    /// When the token expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
}

/// A refresh token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session that the token continues.
    pub session: Session,
    /// When the token expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
    /// When the token was used.
    pub used_at: Option<Timestamp>,
}

/// What a refresh with a token leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Use the token up, and issue a new one of its session.
    Rotate,
    /// End the session: the token was used twice, so it may be stolen (RFC 9700, 4.14.2).
    EndSession,
    /// Refuse the token and change nothing.
    Refuse,
}

impl RefreshToken {
    /// Decides a refresh with this token. `owner` is its account. Both were read after the account was locked.
    #[must_use]
    pub fn decide(&self, owner: &User, now: Timestamp) -> RefreshDecision {
        if !owner.is_active {
            RefreshDecision::Refuse
        } else if self.used_at.is_some() || self.session.ended_at.is_some() {
            RefreshDecision::EndSession
        } else if self.expires_at <= now || self.session.require_live(now).is_err() {
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
    use crate::testing::{a_session, a_user, at};

    #[test]
    fn decides_for_every_state_of_a_token() {
        use RefreshDecision::{EndSession, Refuse, Rotate};
        let (live, expired) = (at(51), at(50));
        for (is_active, used_at, ended_at, expires_at, session_expires_at, expected) in [
            (true, None, None, live, live, Rotate),
            (true, None, None, expired, live, Refuse),
            (true, None, None, live, expired, Refuse),
            (true, Some(at(10)), None, live, live, EndSession),
            (true, Some(at(10)), None, expired, live, EndSession),
            (true, None, Some(at(10)), live, live, EndSession),
            (false, None, None, live, live, Refuse),
            (false, Some(at(10)), Some(at(10)), live, live, Refuse),
        ] {
            let session = Session { expires_at: session_expires_at, ended_at, ..a_session() };
            let token = RefreshToken { session, expires_at, used_at };
            let owner = User { is_active, ..a_user(Role::User) };
            assert_eq!(token.decide(&owner, at(50)), expected, "{is_active} {token:?}");
        }
    }
}
