use async_trait::async_trait;
use domain::{RepositoryError, StoreHealth, StoreState};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::error::repository_error;
use crate::{Pool, Store};

#[async_trait]
impl StoreHealth for Store {
    async fn check(&self) -> Result<StoreState, RepositoryError> {
        if is_read_only(&self.connection).await.map_err(repository_error)? {
            return Ok(StoreState::ReadOnly);
        }
        let is_current = migration::is_current(&self.connection).await.map_err(repository_error)?;
        Ok(if is_current { StoreState::Ready } else { StoreState::SchemaOutdated })
    }
}

/// Returns whether the server is read-only. If it is, replaces the connections, because the address may lead to a new primary by
/// now.
async fn is_read_only(pool: &Pool) -> Result<bool, DbErr> {
    if pool.get_database_backend() == DbBackend::Sqlite {
        return Ok(false);
    }
    let question = "SELECT current_setting('transaction_read_only') = 'on'";
    let row = pool.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    let is_read_only = row.map_or(Ok(true), |row| row.try_get_by_index(0))?;
    if is_read_only {
        pool.replace_all();
    }
    Ok(is_read_only)
}
