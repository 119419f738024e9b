use super::sign_in::{SignInError, open_session};
use super::{
    Client, Email, NewUser, Password, PasswordHasher, PasswordHasherError, Role, TokenIssuer, Tokens, UserReader,
};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why an account was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another account has this address.
    #[error("another account has this address")]
    EmailConflict,
    /// The password could not be hashed.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The new tokens could not be issued or written.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Adds an account with the role of a user and signs it in.
#[expect(clippy::too_many_arguments, reason = "one argument per port")]
pub async fn register(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    email: Email,
    password: Password,
    client: Client,
) -> Result<Tokens, RegisterError> {
    // Only `add` below can tell for sure; asking first saves hashing the password.
    if users.find_credentials(&email).await?.is_some() {
        return Err(RegisterError::EmailConflict);
    }
    let password_hash = hasher.hash(password, client.network()).await?;
    let subject = tokens.new_subject().map_err(SignInError::from)?;
    let unit = units.begin().await?;
    let now = clock.now();
    let new_user = NewUser { subject, email, password_hash, role: Role::User, created_at: now };
    let user = unit.users().add(&new_user).await?.ok_or(RegisterError::EmailConflict)?;
    let signed_in = open_session(unit.sessions(), tokens, &user, client, now).await?;
    unit.commit().await?;
    Ok(signed_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockPasswordHasher, MockSessionRepository, MockUserReader, MockUserRepository, PasswordHash};
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials, opens_a_session,
        store_failure,
    };

    fn unknown_address() -> MockUserReader {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(None));
        users
    }

    async fn register_in(
        users: &MockUserReader,
        times_hashed: usize,
        units: &FakeUnitOfWorkFactory,
    ) -> Result<Tokens, RegisterError> {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().times(times_hashed).returning(|_, _| Ok(PasswordHash::new("hash".into())));
        let email = Email::parse("ada@example.com").unwrap();
        let password = Password::parse("correct horse".into()).unwrap();
        register(users, units, &hasher, &a_token_issuer(), &clock_at(60), email, password, Client::default()).await
    }

    #[pollster::test]
    async fn commits_account_and_session_together() {
        let mut users = MockUserRepository::new();
        users.expect_add().withf(|user| user.role == Role::User).times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let units = FakeUnitOfWork { users, sessions: opens_a_session(), ..FakeUnitOfWork::default() }.into_factory();

        register_in(&unknown_address(), 1, &units).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn rejects_a_known_address_before_hashing() {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::User)))));
        let units = FakeUnitOfWork::default().into_factory();

        assert!(matches!(register_in(&users, 0, &units).await, Err(RegisterError::EmailConflict)));
        assert!(!units.began());
    }

    #[pollster::test]
    async fn does_not_commit_on_error() {
        let mut taken = MockUserRepository::new();
        taken.expect_add().times(1).returning(|_| Ok(None));
        let units = FakeUnitOfWork { users: taken, ..FakeUnitOfWork::default() }.into_factory();
        assert!(matches!(register_in(&unknown_address(), 1, &units).await, Err(RegisterError::EmailConflict)));
        assert!(!units.committed());

        let mut users = MockUserRepository::new();
        users.expect_add().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_delete_surplus().returning(|_, _| Ok(()));
        sessions.expect_add().times(1).returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { users, sessions, ..FakeUnitOfWork::default() }.into_factory();
        let result = register_in(&unknown_address(), 1, &units).await;
        assert!(matches!(result, Err(RegisterError::SignIn(SignInError::Repository(_)))));
        assert!(!units.committed());
    }
}
