use async_trait::async_trait;
use domain::RepositoryError;
use domain::delivery::RestockSignal;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr};

use crate::Store;
use crate::error::repository_error;

#[async_trait]
impl RestockSignal for Store {
    async fn restocked(&self) -> Result<(), RepositoryError> {
        if self.connection.get_database_backend() == DbBackend::Sqlite {
            self.signal.notified_by_process().await;
            return Ok(());
        }
        let notified = self.signal.notified_by_postgres().await;
        notified.map_err(|error| repository_error(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))
    }
}
