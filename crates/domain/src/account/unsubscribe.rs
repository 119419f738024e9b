use super::{PreferenceChange, UnsubscribeTokens, change_preferences};
use crate::{RepositoryError, UnitOfWorkFactory};

/// Why a user still receives e-mails.
#[derive(Debug, thiserror::Error)]
pub enum UnsubscribeError {
    /// This service did not issue the token.
    #[error("the link is not one of this service")]
    Invalid,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Ends the e-mails of the user that a token was issued for. Does nothing if they have ended.
pub async fn unsubscribe(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn UnsubscribeTokens,
    token: &str,
) -> Result<(), UnsubscribeError> {
    let user_id = tokens.verify(token).ok_or(UnsubscribeError::Invalid)?;
    let off = PreferenceChange { email_notifications: Some(false), locale: None };
    change_preferences(units, user_id, off).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockUnsubscribeTokens, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_user, user_id};

    #[pollster::test]
    async fn ends_the_emails_of_the_tokens_user() {
        let mut tokens = MockUnsubscribeTokens::new();
        tokens.expect_verify().withf(|token| token == "token").return_const(user_id(1));
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_save().withf(|user| !user.email_notifications).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();
        unsubscribe(&units, &tokens, "token").await.unwrap();
        assert!(units.committed());
    }

    #[pollster::test]
    async fn rejects_other_tokens_before_it_asks_the_store() {
        let mut tokens = MockUnsubscribeTokens::new();
        tokens.expect_verify().return_const(None);
        let units = FakeUnitOfWork::default().into_factory();
        assert!(matches!(unsubscribe(&units, &tokens, "token").await, Err(UnsubscribeError::Invalid)));
        assert!(!units.began());
    }
}
