use chrono::Duration;

use super::{Client, UserId};
use crate::Timestamp;
use crate::id::define_id;

define_id! {
    /// Identifies a session.
    SessionId
}

/// A session that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The account that is signed in.
    pub user_id: UserId,
    /// When the session began.
    pub created_at: Timestamp,
    /// When the session ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// The program that opened the session.
    pub client: Client,
}

/// What a log-in or a registration opens. Its tokens are worth nothing once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Identifies the session, also in access tokens.
    pub id: SessionId,
    /// The account that is signed in.
    pub user_id: UserId,
    /// When the session began.
    pub created_at: Timestamp,
    /// When the session began or was last refreshed.
    pub last_used_at: Timestamp,
    /// When the session ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// When the session was ended before that: by a log-out, an admin, a new password, or a refresh token that was used twice.
    pub ended_at: Option<Timestamp>,
}

/// The session has expired or was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session has ended")]
pub struct SessionEnded;

impl Session {
    /// How long a session lasts at the most, whatever is refreshed.
    pub const MAX_AGE: Duration = Duration::days(90);
    /// The most sessions that the store keeps of one account.
    pub const MAX_PER_USER: u32 = 100;

    /// Checks that the session has not ended.
    pub fn require_live(&self, now: Timestamp) -> Result<(), SessionEnded> {
        if self.ended_at.is_none() && now < self.expires_at { Ok(()) } else { Err(SessionEnded) }
    }

    /// Continues the session until a new refresh token expires, but never beyond [`MAX_AGE`](Self::MAX_AGE).
    #[must_use]
    pub fn renew(self, token_expires_at: Timestamp, now: Timestamp) -> Self {
        let expires_at = token_expires_at.min(self.created_at + Self::MAX_AGE);
        Self { last_used_at: now, expires_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_session, at};

    #[test]
    fn is_live_until_it_expires_or_is_ended() {
        let session = a_session();
        assert_eq!(session.require_live(session.expires_at - Duration::microseconds(1)), Ok(()));
        assert_eq!(session.require_live(session.expires_at), Err(SessionEnded));
        assert_eq!(Session { ended_at: Some(at(1)), ..session }.require_live(at(2)), Err(SessionEnded));
    }

    #[test]
    fn is_renewed_for_90_days_at_the_most() {
        let session = a_session();
        let end = session.created_at + Duration::days(90);
        for (token_expires_at, expires_at) in [
            (at(9000), at(9000)),
            (end - Duration::seconds(1), end - Duration::seconds(1)),
            (end + Duration::days(7), end),
        ] {
            assert_eq!(
                session.renew(token_expires_at, at(50)),
                Session { last_used_at: at(50), expires_at, ..session }
            );
        }
    }
}
