use async_trait::async_trait;
use domain::{RepositoryError, StoreHealth, StoreState};

use crate::Store;
use crate::error::repository_error;

#[async_trait]
impl StoreHealth for Store {
    async fn check(&self) -> Result<StoreState, RepositoryError> {
        let is_current = migration::is_current(self.connection.database()).await.map_err(repository_error)?;
        Ok(if is_current { StoreState::Ready } else { StoreState::SchemaOutdated })
    }
}
