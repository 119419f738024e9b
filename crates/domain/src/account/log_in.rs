use secrecy::SecretString;

use super::sign_in::{SignInError, sign_in};
use super::{
    AccountDeactivated, Email, LogInThrottle, PasswordHasher, PasswordHasherError, TokenIssuer, Tokens, UserReader,
};
use crate::limit::TooManyRequests;
use crate::{Clock, PeerNetwork, RepositoryError, UnitOfWorkFactory};

/// Why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No account has this address and password. The error does not say which of the two is wrong.
    #[error("no account has this address and password")]
    InvalidCredentials,
    /// The password is right, but the account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// Too many log-ins for this address.
    #[error(transparent)]
    TooManyRequests(#[from] TooManyRequests),
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
    peer: PeerNetwork,
) -> Result<Tokens, LogInError> {
    let typed = email.trim().to_lowercase();
    throttle.reserve(&typed, peer)?;
    let credentials = match Email::parse(&typed) {
        Ok(email) => users.find_credentials(&email).await?,
        Err(_) => None,
    };
    let (id, hash) = credentials.map(|known| (known.user.id, known.password_hash)).unzip();
    let is_right = hasher.verify(password, hash, peer).await?;
    let id = id.filter(|_| is_right).ok_or(LogInError::InvalidCredentials)?;
    throttle.record_success(&typed, peer);

    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(LogInError::InvalidCredentials)?;
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
    use crate::limit::{Limit, LimitStatus};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials};

    const ADDRESS: &str = "ada@example.com";
    const PEER: PeerNetwork = PeerNetwork::OWN;

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
                .withf(move |_, hash, peer| hash.is_some() == is_known && *peer == PEER)
                .times(1)
                .returning(move |_, _, _| Ok(is_right));
            let mut throttle = MockLogInThrottle::new();
            throttle.expect_reserve().times(1).returning(|_, _| Ok(()));
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
            log_in(&self.users, &self.units, &self.hasher, &self.throttle, &tokens, &clock, email, password, PEER).await
        }
    }

    #[pollster::test]
    async fn right_password_starts_a_session() {
        let mut world = World::with(Some(a_user(Role::User)), true);
        let of_ada = |address: &str, peer: &PeerNetwork| address == ADDRESS && *peer == PEER;
        world.throttle.expect_record_success().withf(of_ada).times(1).return_const(());

        world.log_in(" ADA@example.com").await.unwrap();

        assert!(world.units.committed());
    }

    #[pollster::test]
    async fn handles_a_wrong_password_like_an_unknown_address() {
        for user in [Some(a_user(Role::User)), None] {
            let world = World::with(user, false);
            assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::InvalidCredentials)));
            assert!(!world.units.began());
        }
    }

    #[pollster::test]
    async fn hashes_the_password_for_a_malformed_address_too() {
        let world = World::with(None, false);
        assert!(matches!(world.log_in("nobody").await, Err(LogInError::InvalidCredentials)));
    }

    #[pollster::test]
    async fn tells_that_an_account_is_deactivated_only_after_the_right_password() {
        let mut world = World::with(Some(User { is_active: false, ..a_user(Role::User) }), true);
        world.throttle.expect_record_success().times(1).return_const(());

        assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::Deactivated(_))));
        assert!(!world.units.committed());
    }

    #[pollster::test]
    async fn checks_no_password_when_the_throttle_refuses() {
        let limit = Limit::Guesses;
        let retry_after = Duration::seconds(9);
        let refused = TooManyRequests(LimitStatus { limit, quota: limit.quota(), left: 0, retry_after });
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().returning(move |_, _| Err(refused));
        let world = World {
            users: MockUserReader::new(),
            hasher: MockPasswordHasher::new(),
            throttle,
            units: FakeUnitOfWork::default().into_factory(),
        };

        assert!(
            matches!(world.log_in(ADDRESS).await, Err(LogInError::TooManyRequests(too_many)) if too_many == refused)
        );
    }
}
