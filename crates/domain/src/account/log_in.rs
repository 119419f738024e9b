use secrecy::SecretString;

use super::sign_in::{SignInError, sign_in};
use super::{
    AccountDeactivated, Email, LogInThrottle, PasswordHasher, PasswordHasherError, TokenIssuer, Tokens,
    TooManyAttempts, UserId, UserReader,
};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No account has this address and password. The account of the address is for the log only: the caller MUST NOT learn
    /// which of the two is wrong.
    #[error("no account has this address and password")]
    InvalidCredentials(Option<UserId>),
    /// The password is right, but the account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// Too many log-ins failed for this address.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The password could not be checked.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The password is right, but the tokens could not be issued or written.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Signs a user in. `email` is what the user typed. Malformed addresses are handled like unknown ones, in the same time.
#[expect(clippy::too_many_arguments, reason = "one argument per port")]
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
        return Err(LogInError::InvalidCredentials(None));
    };
    throttle.check(&email, clock.now())?;
    let credentials = users.find_credentials(&email).await?;
    let (id, hash) = credentials.map(|known| (known.user.id, known.password_hash)).unzip();
    let is_right = hasher.verify(password, hash).await?;
    let Some(right) = id.filter(|_| is_right) else {
        throttle.record_failure(&email, clock.now());
        return Err(LogInError::InvalidCredentials(id));
    };
    throttle.record_success(&email);

    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(right).await?.ok_or(LogInError::InvalidCredentials(None))?;
    user.require_active()?;
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
        /// A world with at most one account; `is_right` says whether the password is its own.
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
    async fn right_password_starts_a_session() {
        let mut world = World::with(Some(a_user(Role::User)), true);
        world.throttle.expect_record_success().times(1).return_const(());

        world.log_in(" ADA@example.com").await.unwrap();

        assert!(world.units.committed());
    }

    #[pollster::test]
    async fn handles_a_wrong_password_like_an_unknown_address() {
        for user in [Some(a_user(Role::User)), None] {
            let account = user.as_ref().map(|user| user.id);
            let mut world = World::with(user, false);
            world.throttle.expect_record_failure().times(1).return_const(());

            assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::InvalidCredentials(of)) if of == account));
            assert!(!world.units.began());
        }
    }

    #[pollster::test]
    async fn hashes_the_password_for_a_malformed_address_too() {
        let world = World::with(None, false);
        assert!(matches!(world.log_in("nobody").await, Err(LogInError::InvalidCredentials(None))));
    }

    #[pollster::test]
    async fn tells_that_an_account_is_deactivated_only_after_the_right_password() {
        let mut world = World::with(Some(User { is_active: false, ..a_user(Role::User) }), true);
        world.throttle.expect_record_success().times(1).return_const(());

        assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::Deactivated(_))));
        assert!(!world.units.committed());
    }

    #[pollster::test]
    async fn checks_no_password_after_too_many_failures() {
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
