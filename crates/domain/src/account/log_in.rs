use secrecy::SecretString;

use super::sign_in::{SignInError, open_session};
use super::{
    AccountDeactivated, Client, Email, LogInThrottle, Password, PasswordHasher, PasswordHasherError, TokenIssuer,
    Tokens, UserId, UserReader,
};
use crate::limit::TooManyRequests;
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
    client: Client,
) -> Result<Tokens, LogInError> {
    let peer = client.network();
    let known = Email::parse_known(email).ok();
    let address = known.as_ref().map_or_else(|| email.trim().to_lowercase(), |known| known.as_str().to_owned());
    throttle.reserve(&address, peer)?;
    let credentials = match &known {
        Some(known) => users.find_credentials(known).await?,
        None => None,
    };
    let (id, hash) = credentials.map(|known| (known.user.id, known.password_hash)).unzip();
    let is_right = hasher.verify(password.clone(), hash.clone(), peer).await?;
    let Some((right, hash)) = id.zip(hash).filter(|_| is_right) else {
        return Err(LogInError::InvalidCredentials(id));
    };
    throttle.record_success(&address, peer);
    let stronger = match Password::parse(password) {
        Ok(password) if hasher.is_outdated(&hash) => Some(hasher.hash(password, peer).await?),
        _ => None,
    };

    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(right).await?.ok_or(LogInError::InvalidCredentials(None))?;
    // Somebody else who knows the old password must not get a session after it was changed.
    if unit.users().find_password_hash(right).await?.is_none_or(|current| current.expose() != hash.expose()) {
        return Err(LogInError::InvalidCredentials(Some(right)));
    }
    user.require_active()?;
    if let Some(stronger) = stronger {
        unit.users().save_password_hash(right, &stronger).await?;
    }
    let signed_in = open_session(unit.sessions(), tokens, &user, client, clock.now()).await?;
    unit.commit().await?;
    Ok(signed_in)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::PeerNetwork;
    use crate::account::{
        MockLogInThrottle, MockPasswordHasher, MockSessionRepository, MockUserReader, MockUserRepository, PasswordHash,
        Role, User,
    };
    use crate::limit::{Limit, LimitStatus};
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials, opens_a_session,
    };

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
            hasher.expect_is_outdated().returning(|_| false);
            let mut throttle = MockLogInThrottle::new();
            throttle.expect_reserve().times(1).returning(|_, _| Ok(()));
            let mut locked = MockUserRepository::new();
            let account = user.clone();
            locked.expect_find_for_session_change().returning(move |_| Ok(account.clone()));
            locked.expect_find_password_hash().returning(|_| Ok(Some(PasswordHash::new("hash".into()))));
            let signs_in = is_right && user.is_some_and(|user| user.is_active);
            let sessions = if signs_in { opens_a_session() } else { MockSessionRepository::new() };
            let units = FakeUnitOfWork { users: locked, sessions, ..FakeUnitOfWork::default() }.into_factory();
            Self { users, hasher, throttle, units }
        }

        async fn log_in(&self, email: &str) -> Result<Tokens, LogInError> {
            let (tokens, clock) = (a_token_issuer(), clock_at(60));
            let password = "the password".into();
            let (users, units, hasher, throttle) = (&self.users, &self.units, &self.hasher, &self.throttle);
            log_in(users, units, hasher, throttle, &tokens, &clock, email, password, Client::default()).await
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
            let account = user.as_ref().map(|user| user.id);
            let world = World::with(user, false);
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

    /// A world in which the password is right and its hash is outdated, and the store has this hash by now.
    fn world_with_outdated_hash(stored: &'static str, signs_in: bool) -> World {
        let (mut users, mut hasher) = (MockUserReader::new(), MockPasswordHasher::new());
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::User)))));
        hasher.expect_verify().returning(|_, _, _| Ok(true));
        hasher.expect_is_outdated().withf(|hash| hash.expose() == "hash").return_const(true);
        hasher.expect_hash().times(1).returning(|_, _| Ok(PasswordHash::new("stronger".into())));
        let mut throttle = MockLogInThrottle::new();
        throttle.expect_reserve().returning(|_, _| Ok(()));
        throttle.expect_record_success().return_const(());
        let mut locked = MockUserRepository::new();
        locked.expect_find_for_session_change().returning(|_| Ok(Some(a_user(Role::User))));
        locked.expect_find_password_hash().returning(|_| Ok(Some(PasswordHash::new(stored.into()))));
        locked
            .expect_save_password_hash()
            .withf(|id, hash| *id == a_user(Role::User).id && hash.expose() == "stronger")
            .times(usize::from(signs_in))
            .returning(|_, _| Ok(()));
        let sessions = if signs_in { opens_a_session() } else { MockSessionRepository::new() };
        let units = FakeUnitOfWork { users: locked, sessions, ..FakeUnitOfWork::default() }.into_factory();
        World { users, hasher, throttle, units }
    }

    #[pollster::test]
    async fn hashes_the_password_again_when_parameters_were_raised() {
        let world = world_with_outdated_hash("hash", true);
        world.log_in(ADDRESS).await.unwrap();
        assert!(world.units.committed());
    }

    #[pollster::test]
    async fn opens_no_session_if_the_password_was_changed_meanwhile() {
        let world = world_with_outdated_hash("a new one", false);
        assert!(matches!(world.log_in(ADDRESS).await, Err(LogInError::InvalidCredentials(_))));
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
