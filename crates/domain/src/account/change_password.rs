use secrecy::SecretString;

use super::{
    InvalidPassword, LogInThrottle, Password, PasswordHasher, PasswordHasherError, SessionId, User, UserReader,
};
use crate::limit::TooManyRequests;
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWorkFactory};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The new password is invalid.
    #[error(transparent)]
    Password(#[from] InvalidPassword),
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The wrong password was given too often, here or at log-ins.
    #[error(transparent)]
    TooManyRequests(#[from] TooManyRequests),
    /// A password could not be hashed or checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Changes the password of a user who is signed in, and ends their other sessions.
#[expect(clippy::too_many_arguments, reason = "one argument per port")]
pub async fn change_password(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    throttle: &dyn LogInThrottle,
    clock: &dyn Clock,
    (user, session_id): (User, SessionId),
    current: SecretString,
    new: SecretString,
    peer: PeerNetwork,
) -> Result<(), ChangePasswordError> {
    let new = Password::choose(new, Some(&user.email)).map_err(InvalidPassword)?;
    // Whoever found an open session must not guess the password faster than at a log-in.
    throttle.reserve(user.email.as_str(), peer)?;
    let known = users.find_credentials(&user.email).await?.ok_or(ChangePasswordError::WrongPassword)?.password_hash;
    if !hasher.verify(current, Some(known.clone()), peer).await? {
        return Err(ChangePasswordError::WrongPassword);
    }
    throttle.record_success(user.email.as_str(), peer);
    let password_hash = hasher.hash(new, peer).await?;

    let unit = units.begin().await?;
    unit.users().find_for_session_change(user.id).await?;
    // Another change or a reset may have come first.
    if unit.users().find_password_hash(user.id).await?.is_none_or(|stored| stored.expose() != known.expose()) {
        return Err(ChangePasswordError::WrongPassword);
    }
    unit.users().save_password_hash(user.id, &password_hash).await?;
    unit.sessions().end_all(user.id, Some(session_id), clock.now()).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{
        MockLogInThrottle, MockPasswordHasher, MockSessionRepository, MockUserReader, MockUserRepository, PasswordHash,
        Role,
    };
    use crate::limit::{Limit, LimitStatus};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_session, a_user, at, clock_at, credentials};

    async fn change_in(
        units: &FakeUnitOfWorkFactory,
        throttle: MockLogInThrottle,
        is_right: bool,
        new: &str,
    ) -> Result<(), ChangePasswordError> {
        let (mut users, mut hasher) = (MockUserReader::new(), MockPasswordHasher::new());
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::User)))));
        hasher.expect_verify().withf(|_, hash, _| hash.is_some()).returning(move |_, _, _| Ok(is_right));
        hasher.expect_hash().returning(|_, _| Ok(PasswordHash::new("new".into())));
        let signed_in = (a_user(Role::User), a_session().id);
        let (current, new) = ("current".into(), new.into());
        change_password(&users, units, &hasher, &throttle, &clock_at(50), signed_in, current, new, PeerNetwork::OWN)
            .await
    }

    /// A store in which the password has this hash by now.
    fn units_with(stored: &'static str) -> FakeUnitOfWork {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_find_password_hash().returning(move |_| Ok(Some(PasswordHash::new(stored.into()))));
        FakeUnitOfWork { users, ..FakeUnitOfWork::default() }
    }

    fn open_throttle() -> MockLogInThrottle {
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().times(0..=1).returning(|_, _| Ok(()));
        throttle.expect_record_success().times(0..=1).return_const(());
        throttle
    }

    #[pollster::test]
    async fn replaces_the_password_and_ends_the_other_sessions() {
        let mut unit = units_with("hash");
        unit.users
            .expect_save_password_hash()
            .withf(|id, hash| *id == a_user(Role::User).id && hash.expose() == "new")
            .times(1)
            .returning(|_, _| Ok(()));
        let mut sessions = MockSessionRepository::new();
        let (user_id, kept) = (a_user(Role::User).id, Some(a_session().id));
        sessions.expect_end_all().with(eq(user_id), eq(kept), eq(at(50))).times(1).returning(|_, _, _| Ok(()));
        let units = FakeUnitOfWork { sessions, ..unit }.into_factory();

        change_in(&units, open_throttle(), true, "a password of mine").await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn counts_wrong_passwords_like_failed_log_ins() {
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().times(1).returning(|_, _| Ok(()));
        let units = FakeUnitOfWork::default().into_factory();
        let result = change_in(&units, throttle, false, "a password of mine").await;
        assert!(matches!(result, Err(ChangePasswordError::WrongPassword)), "{result:?}");

        let (limit, retry_after) = (Limit::Guesses, chrono::Duration::seconds(9));
        let refused = TooManyRequests(LimitStatus { limit, quota: limit.quota(), left: 0, retry_after });
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().returning(move |_, _| Err(refused));
        let result = change_in(&units, throttle, true, "a password of mine").await;
        assert!(matches!(result, Err(ChangePasswordError::TooManyRequests(_))), "{result:?}");
        assert!(!units.began());
    }

    #[pollster::test]
    async fn refuses_a_common_password() {
        let units = FakeUnitOfWork::default().into_factory();
        let result = change_in(&units, MockLogInThrottle::new(), true, "password").await;
        assert!(matches!(result, Err(ChangePasswordError::Password(_))), "{result:?}");
    }

    #[pollster::test]
    async fn does_not_undo_a_reset_that_came_first() {
        let units = units_with("another").into_factory();
        let result = change_in(&units, open_throttle(), true, "a password of mine").await;
        assert!(matches!(result, Err(ChangePasswordError::WrongPassword)), "{result:?}");
        assert!(!units.committed());
    }
}
