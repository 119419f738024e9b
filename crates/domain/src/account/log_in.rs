use secrecy::SecretString;

use super::sign_in::{from_sign_in_error, sign_in};
use super::{
    Email, LogInThrottle, PasswordHasher, PasswordHasherError, TokenIssueError, TokenIssuer, Tokens, TooManyAttempts,
    UserReader,
};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// There is no account of that address and password.
    #[error("there is no account of that address and password")]
    InvalidCredentials,
    /// The password is right, but the account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// Too many failed before.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The password was not checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The tokens were not made.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
from_sign_in_error!(LogInError);

/// Signs a user in. `email` is whatever was typed: what is no address is answered like an unknown one, as slowly.
///
/// # Errors
/// See [`LogInError`].
#[expect(clippy::too_many_arguments, reason = "it takes six ports to be sure of a user")]
pub async fn log_in(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    throttle: &dyn LogInThrottle,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    email: &str,
    password: SecretString,
) -> Result<Tokens, LogInError> {
    let Ok(email) = Email::parse(email) else {
        hasher.verify(password, None).await?;
        return Err(LogInError::InvalidCredentials);
    };
    throttle.check(&email, clock.now())?;
    let credentials = users.find_credentials(&email).await?;
    let (id, hash) = credentials.map(|known| (known.user.id, known.password_hash)).unzip();
    let is_right = hasher.verify(password, hash).await?;
    let Some(id) = id.filter(|_| is_right) else {
        throttle.record_failure(&email, clock.now());
        return Err(LogInError::InvalidCredentials);
    };
    throttle.record_success(&email);

    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(LogInError::InvalidCredentials)?;
    if !user.is_active {
        return Err(LogInError::Deactivated);
    }
    let signed_in = sign_in(unit.refresh_tokens(), tokens, &user, None, clock.now()).await?;
    unit.commit().await?;
    Ok(signed_in)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::account::{
        MockLogInThrottle, MockPasswordHasher, MockRefreshTokenRepository, MockUserReader, MockUserRepository, Role,
        User,
    };
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials};

    const ADDRESS: &str = "ada@example.com";

    struct World {
        users: MockUserReader,
        hasher: MockPasswordHasher,
        throttle: MockLogInThrottle,
        units: FakeUnitOfWorkFactory,
    }

    impl World {
        /// A world with one account, in which `is_right` says whether the password is its own.
        fn with(user: Option<User>, is_right: bool) -> Self {
            let mut users = MockUserReader::new();
            let known = user.clone().map(credentials);
            users.expect_find_credentials().returning(move |_| Ok(known.clone()));
            let mut hasher = MockPasswordHasher::new();
            let is_known = user.is_some();
            hasher
                .expect_verify()
                .withf(move |_, hash| hash.is_some() == is_known)
                .times(1)
                .returning(move |_, _| Ok(is_right));
            let mut throttle = MockLogInThrottle::new();
            throttle.expect_check().returning(|_, _| Ok(()));
            let mut locked = MockUserRepository::new();
            locked.expect_find_for_session_change().returning(move |_| Ok(user.clone()));
            let mut refresh_tokens = MockRefreshTokenRepository::new();
            refresh_tokens.expect_add().returning(|_| Ok(()));
            let units = FakeUnitOfWork { users: locked, refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();
            Self { users, hasher, throttle, units }
        }

        async fn log_in(&self, email: &str) -> Result<Tokens, LogInError> {
            let (tokens, clock) = (a_token_issuer(), clock_at(60));
            let password = "whatever".into();
            log_in(&self.users, &self.units, &self.hasher, &self.throttle, &tokens, &clock, email, password).await
        }
    }

    #[pollster::test]
    async fn the_right_password_starts_a_session() {
        let mut world = World::with(Some(a_user(Role::User)), true);
        world.throttle.expect_record_success().times(1).return_const(());

        world.log_in(" ADA@example.com").await.unwrap();

        assert!(world.units.committed());
    }

    #[pollster::test]
    async fn a_wrong_password_and_an_unknown_address_are_told_and_counted_alike() {
        for user in [Some(a_user(Role::User)), None] {
            let mut world = World::with(user, false);
            world.throttle.expect_record_failure().times(1).return_const(());

            assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::InvalidCredentials)));
            assert!(!world.units.began());
        }
    }

    #[pollster::test]
    async fn what_is_no_address_takes_a_hash_as_well() {
        let world = World::with(None, false);
        assert!(matches!(world.log_in("nobody").await, Err(LogInError::InvalidCredentials)));
    }

    #[pollster::test]
    async fn a_deactivated_account_is_told_so_only_after_the_right_password() {
        let mut world = World::with(Some(User { is_active: false, ..a_user(Role::User) }), true);
        world.throttle.expect_record_success().times(1).return_const(());

        assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::Deactivated)));
        assert!(!world.units.committed());
    }

    #[pollster::test]
    async fn after_too_many_failures_no_password_is_checked() {
        let refused = TooManyAttempts { retry_after: Duration::seconds(9) };
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_check().returning(move |_, _| Err(refused));
        let world = World {
            users: MockUserReader::new(),
            hasher: MockPasswordHasher::new(),
            throttle,
            units: FakeUnitOfWork::default().into_factory(),
        };

        assert!(
            matches!(world.log_in(ADDRESS).await, Err(LogInError::TooManyAttempts(too_many)) if too_many == refused)
        );
    }
}
