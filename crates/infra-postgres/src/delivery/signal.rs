use async_trait::async_trait;
use domain::RepositoryError;
use domain::delivery::RestockSignal;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr, sqlx};
use tokio::sync::{Mutex, Notify};

use crate::Store;
use crate::error::repository_error;

/// The PostgreSQL channel on which every restock is told, by its own transaction, so when it is committed and not before.
pub(crate) const CHANNEL: &str = "restocks";

/// Tells of restocks: PostgreSQL to every instance, an embedded store within the process.
#[derive(Debug)]
pub(crate) struct Signal {
    url: String,
    /// The one connection that listens, if there is one.
    listener: Mutex<Option<PgListener>>,
    within_process: Notify,
}

impl Signal {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), listener: Mutex::new(None), within_process: Notify::new() }
    }

    /// Tells the process, which an embedded store is never shared by others. The store's only connection belongs to the transaction
    /// until it ends, so whoever wakes sees all of it.
    pub(crate) fn tell_process(&self) {
        self.within_process.notify_one();
    }

    /// Stops listening, for good or until the next call.
    pub(crate) async fn close(&self) {
        self.listener.lock().await.take();
    }

    /// Waits for PostgreSQL to tell. It also counts as told that the connection was lost meanwhile.
    async fn told_by_postgres(&self) -> Result<(), sqlx::Error> {
        let mut listener = self.listener.lock().await;
        if listener.is_none() {
            let mut fresh = PgListener::connect(&self.url).await?;
            fresh.listen(CHANNEL).await?;
            *listener = Some(fresh);
        }
        let Some(listening) = listener.as_mut() else { return Ok(()) };
        let told = listening.try_recv().await;
        if told.is_err() {
            *listener = None;
        }
        told.map(drop)
    }
}

#[async_trait]
impl RestockSignal for Store {
    async fn restocked(&self) -> Result<(), RepositoryError> {
        if self.connection.get_database_backend() == DbBackend::Sqlite {
            self.signal.within_process.notified().await;
            return Ok(());
        }
        let told = self.signal.told_by_postgres().await;
        told.map_err(|error| repository_error(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))
    }
}
