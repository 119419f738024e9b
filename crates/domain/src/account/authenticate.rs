use super::{AccessTokenError, TokenIssuer, User, UserReader};
use crate::{Clock, RepositoryError};

/// Why a request is nobody's.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token proves nothing.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// The token is right, but its account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The account that an access token speaks for, as the store has it now: its role and activity count, not the token's.
///
/// # Errors
/// See [`AuthenticateError`].
pub async fn authenticate(
    users: &dyn UserReader,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &str,
) -> Result<User, AuthenticateError> {
    let id = tokens.verify_access(token, clock.now())?;
    let user = users.find(id).await?.ok_or(AccessTokenError::Invalid)?;
    if user.is_active { Ok(user) } else { Err(AuthenticateError::Deactivated) }
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
    async fn the_role_of_the_store_counts() {
        let user = authenticate_as(Ok(()), Some(a_user(Role::Admin))).await.unwrap();
        assert_eq!(user.role, Role::Admin);
    }

    #[pollster::test]
    async fn everybody_else_is_nobody() {
        use AuthenticateError::{AccessToken, Deactivated};
        let deactivated = User { is_active: false, ..a_user(Role::User) };
        assert!(matches!(authenticate_as(Ok(()), Some(deactivated)).await, Err(Deactivated)));
        assert!(matches!(authenticate_as(Ok(()), None).await, Err(AccessToken(AccessTokenError::Invalid))));
        for error in [AccessTokenError::Invalid, AccessTokenError::Expired] {
            assert!(matches!(authenticate_as(Err(error), None).await, Err(AccessToken(shown)) if shown == error));
        }
    }
}
