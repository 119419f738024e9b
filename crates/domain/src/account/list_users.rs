use super::{User, UserQuery, UserReader};
use crate::{Page, RepositoryError};

/// Lists accounts, newest first.
pub async fn list_users(users: &dyn UserReader, query: &UserQuery) -> Result<Page<User>, RepositoryError> {
    users.list(query).await
}
