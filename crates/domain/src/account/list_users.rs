use super::{User, UserQuery, UserReader};
use crate::{Page, RepositoryError};

/// Why accounts were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListUsersError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Lists accounts, newest first.
///
/// # Errors
/// See [`ListUsersError`].
pub async fn list_users(users: &dyn UserReader, query: &UserQuery) -> Result<Page<User>, ListUsersError> {
    Ok(users.list(query).await?)
}
