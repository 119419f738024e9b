use super::sign_in::{from_sign_in_error, sign_in};
use super::{
    Email, NewUser, Password, PasswordHasher, PasswordHasherError, Role, TokenIssueError, TokenIssuer, Tokens,
    UserReader,
};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why an account was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The address has an account already.
    #[error("the address has an account already")]
    EmailConflict,
    /// The password was not hashed.
    #[error(transparent)]
    PasswordHasher(#[from] PasswordHasherError),
    /// The tokens were not made.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
from_sign_in_error!(RegisterError);

/// Adds an account for a customer and signs them in.
///
/// # Errors
/// See [`RegisterError`].
pub async fn register(
    users: &dyn UserReader,
    units: &dyn UnitOfWorkFactory,
    hasher: &dyn PasswordHasher,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    email: Email,
    password: Password,
) -> Result<Tokens, RegisterError> {
    // The store decides below; asking first only spares the hash.
    if users.find_credentials(&email).await?.is_some() {
        return Err(RegisterError::EmailConflict);
    }
    let password_hash = hasher.hash(password).await?;
    let unit = units.begin().await?;
    let now = clock.now();
    let new_user = NewUser { email, password_hash, role: Role::User, created_at: now };
    let user = unit.users().add(&new_user).await?.ok_or(RegisterError::EmailConflict)?;
    let signed_in = sign_in(unit.refresh_tokens(), tokens, &user, None, now).await?;
    unit.commit().await?;
    Ok(signed_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{
        MockPasswordHasher, MockRefreshTokenRepository, MockUserReader, MockUserRepository, PasswordHash,
    };
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_token_issuer, a_user, clock_at, credentials, store_failure,
    };

    fn unknown_address() -> MockUserReader {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(None));
        users
    }

    async fn register_in(users: &MockUserReader, units: &FakeUnitOfWorkFactory) -> Result<Tokens, RegisterError> {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_| Ok(PasswordHash::new("hash".into())));
        let email = Email::parse("ada@example.com").unwrap();
        let password = Password::parse("correct horse".into()).unwrap();
        register(users, units, &hasher, &a_token_issuer(), &clock_at(60), email, password).await
    }

    #[pollster::test]
    async fn account_and_session_are_committed_together() {
        let mut users = MockUserRepository::new();
        users.expect_add().withf(|user| user.role == Role::User).times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_add().withf(|token| token.family == token.hash).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { users, refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();

        register_in(&unknown_address(), &units).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn a_known_address_is_refused_before_anything_begins() {
        let mut users = MockUserReader::new();
        users.expect_find_credentials().returning(|_| Ok(Some(credentials(a_user(Role::User)))));
        let units = FakeUnitOfWork::default().into_factory();

        assert!(matches!(register_in(&users, &units).await, Err(RegisterError::EmailConflict)));
        assert!(!units.began());
    }

    #[pollster::test]
    async fn an_error_never_commits() {
        let mut taken = MockUserRepository::new();
        taken.expect_add().times(1).returning(|_| Ok(None));
        let units = FakeUnitOfWork { users: taken, ..FakeUnitOfWork::default() }.into_factory();
        assert!(matches!(register_in(&unknown_address(), &units).await, Err(RegisterError::EmailConflict)));
        assert!(!units.committed());

        let mut users = MockUserRepository::new();
        users.expect_add().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_add().times(1).returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { users, refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();
        assert!(matches!(register_in(&unknown_address(), &units).await, Err(RegisterError::Repository(_))));
        assert!(!units.committed());
    }
}
