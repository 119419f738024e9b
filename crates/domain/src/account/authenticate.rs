use super::{AccessTokenError, AccountDeactivated, TokenIssuer, User, UserReader};
use crate::{Clock, RepositoryError};

/// Why authentication failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is invalid or has expired, or its account is gone.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// The token is valid, but its account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Returns the account that an access token was issued to.
///
/// It is read from the store on every request: the role in the store counts, not the one in the token, and
/// deactivating an account takes effect at once.
pub async fn authenticate(
    users: &dyn UserReader,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &str,
) -> Result<User, AuthenticateError> {
    let id = tokens.verify_access(token, clock.now())?;
    let user = users.find(id).await?.ok_or(AccessTokenError::Invalid)?;
    user.require_active()?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockTokenIssuer, MockUserReader, Role};
    use crate::testing::{a_user, clock_at};

    async fn authenticate_as(
        verified: Result<(), AccessTokenError>,
        user: Option<User>,
    ) -> Result<User, AuthenticateError> {
        let mut tokens = MockTokenIssuer::new();
        tokens.expect_verify_access().returning(move |_, _| verified.map(|()| a_user(Role::User).id));
        let mut users = MockUserReader::new();
        users.expect_find().return_once(move |_| Ok(user));
        authenticate(&users, &tokens, &clock_at(5), "token").await
    }

    #[pollster::test]
    async fn uses_the_role_from_the_store() {
        let user = authenticate_as(Ok(()), Some(a_user(Role::Admin))).await.unwrap();
        assert_eq!(user.role, Role::Admin);
    }

    #[pollster::test]
    async fn rejects_deactivated_and_missing_accounts_and_bad_tokens() {
        use AuthenticateError::{AccessToken, Deactivated};
        let deactivated = User { is_active: false, ..a_user(Role::User) };
        assert!(matches!(authenticate_as(Ok(()), Some(deactivated)).await, Err(Deactivated(_))));
        assert!(matches!(authenticate_as(Ok(()), None).await, Err(AccessToken(AccessTokenError::Invalid))));
        for error in [AccessTokenError::Invalid, AccessTokenError::Expired] {
            assert!(matches!(authenticate_as(Err(error), None).await, Err(AccessToken(shown)) if shown == error));
        }
    }
}
