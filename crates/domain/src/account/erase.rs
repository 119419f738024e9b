use secrecy::SecretString;

use super::{LogInThrottle, PasswordHash, PasswordHasher, PasswordHasherError, User, UserReader};
use crate::audit::{Action, Change, Origin};
use crate::delivery::SkipReason;
use crate::limit::TooManyRequests;
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWorkFactory};

/// Why an account was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The password is not the account's.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many passwords were wrong.
    #[error(transparent)]
    TooManyRequests(#[from] TooManyRequests),
    /// The password could not be checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Erases an account: its address and its password are gone, its sessions end, what waited is cancelled and what was about to be
/// sent is not. The history stays, without a name.
#[expect(clippy::too_many_arguments, reason = "one argument per port")]
pub async fn erase(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    throttle: &dyn LogInThrottle,
    clock: &dyn Clock,
    origin: &Origin,
    user: &User,
    password: SecretString,
    peer: PeerNetwork,
) -> Result<(), EraseError> {
    // Wrong passwords count like failed log-ins, or a stolen access token would allow any number of guesses.
    throttle.reserve(user.email.as_str(), peer)?;
    let hash = users.find_credentials(&user.email).await?.map(|known| known.password_hash);
    if !hasher.verify(password, hash, peer).await? {
        return Err(EraseError::WrongPassword);
    }
    throttle.record_success(user.email.as_str(), peer);
    let unit = units.begin().await?;
    let Some(user) = unit.users().find_for_session_change(user.id).await? else { return Ok(()) };
    let email = user.email.clone();
    let (erased, now) = (user.erase(), clock.now());
    unit.users().save(&erased).await?;
    unit.users().save_password_hash(erased.id, &PasswordHash::none()).await?;
    unit.sessions().end_all(erased.id, None, now).await?;
    unit.personal_data().forget_traces(erased.id, &email).await?;
    unit.personal_data().cancel_waiting(erased.id, now).await?;
    unit.personal_data().skip_pending(erased.id, SkipReason::Erased).await?;
    // Not from where: that would name the user again.
    let origin = Origin { address: None, ..origin.clone() };
    unit.audit().add(&origin, &Change::of_user(Action::UserErased, erased.id), now).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{
        MockLogInThrottle, MockPasswordHasher, MockPersonalDataRepository, MockSessionRepository, MockUserReader,
        MockUserRepository, Role,
    };
    use crate::audit::MockAuditRepository;
    use crate::limit::{Limit, LimitStatus};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_user, an_origin, at, clock_at, credentials};

    async fn erase_in(
        units: &FakeUnitOfWorkFactory,
        is_right: bool,
        throttle: &MockLogInThrottle,
    ) -> Result<(), EraseError> {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::User)))));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(move |_, _, _| Ok(is_right));
        let (user, password) = (a_user(Role::User), "a password".into());
        erase(&users, units, &hasher, throttle, &clock_at(5), &an_origin(), &user, password, PeerNetwork::OWN).await
    }

    #[pollster::test]
    async fn erases_everything_together() {
        let user = a_user(Role::User);
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_save().with(eq(user.clone().erase())).times(1).returning(|_| Ok(()));
        users.expect_save_password_hash().withf(|_, hash| hash.expose().is_empty()).times(1).returning(|_, _| Ok(()));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_end_all().with(eq(user.id), eq(None), eq(at(5))).times(1).returning(|_, _, _| Ok(()));
        let mut personal_data = MockPersonalDataRepository::new();
        personal_data
            .expect_forget_traces()
            .with(eq(user.id), eq(a_user(Role::User).email))
            .times(1)
            .returning(|_, _| Ok(()));
        personal_data.expect_cancel_waiting().with(eq(user.id), eq(at(5))).times(1).returning(|_, _| Ok(()));
        personal_data.expect_skip_pending().with(eq(user.id), eq(SkipReason::Erased)).times(1).returning(|_, _| Ok(()));
        let mut audit = MockAuditRepository::new();
        audit
            .expect_add()
            .withf(move |origin, change, _| {
                origin.address.is_none() && *change == Change::of_user(Action::UserErased, user.id)
            })
            .times(1)
            .returning(|_, _, _| Ok(()));
        let units =
            FakeUnitOfWork { users, sessions, audit, personal_data, ..FakeUnitOfWork::default() }.into_factory();
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().times(1).returning(|_, _| Ok(()));
        throttle.expect_record_success().times(1).return_const(());

        erase_in(&units, true, &throttle).await.unwrap();
        assert!(units.committed());
    }

    #[pollster::test]
    async fn counts_wrong_passwords_like_failed_log_ins() {
        let units = FakeUnitOfWork::default().into_factory();
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().times(1).returning(|_, _| Ok(()));
        assert!(matches!(erase_in(&units, false, &throttle).await, Err(EraseError::WrongPassword)));

        let mut throttle = MockLogInThrottle::new();
        let (limit, retry_after) = (Limit::Guesses, chrono::Duration::seconds(9));
        let refused = TooManyRequests(LimitStatus { limit, quota: limit.quota(), left: 0, retry_after });
        throttle.expect_reserve().returning(move |_, _| Err(refused));
        assert!(matches!(erase_in(&units, true, &throttle).await, Err(EraseError::TooManyRequests(_))));
        assert!(!units.began());
    }
}
