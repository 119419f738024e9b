use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::book::{Book, BookId, BookQuery, BookReader};
use domain::{Page, RepositoryError};
use sea_orm::DbErr;
use tokio::time::timeout;

use super::reader::list;
use crate::connection::{ConnectError, replica_pool};
use crate::pool::SEARCH_TIMEOUT;
use crate::{DatabaseUrl, Pool, Store};

/// How long the replica may take for a page before the primary is asked.
const LIMIT: Duration = SEARCH_TIMEOUT;
/// How long the primary serves all pages after the replica failed.
const REST: Duration = Duration::from_secs(5);

/// Reads the pages of the catalog from a replica, and from the primary while the replica fails.
///
/// A replica lags, so a page may show what was true a moment ago. Single books are read from the primary: placements are decided by
/// them.
#[derive(Debug)]
pub struct CatalogReplica {
    primary: Arc<Store>,
    replica: Pool,
    /// When the replica is asked again.
    rests_until: Mutex<Option<Instant>>,
}

impl CatalogReplica {
    /// Connects to the replica of this URL when its first page is read.
    ///
    /// # Errors
    /// The URL is not one of PostgreSQL.
    pub fn new(primary: Arc<Store>, url: &DatabaseUrl, max_connections: NonZeroU32) -> Result<Self, ConnectError> {
        let replica = replica_pool(url, max_connections)?;
        Ok(Self { primary, replica, rests_until: Mutex::default() })
    }

    async fn ask_replica(&self, query: &BookQuery) -> Option<Page<Book>> {
        if self.rests_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let listed = timeout(LIMIT, list(&self.replica, query)).await;
        let listed = listed.unwrap_or_else(|_| Err(DbErr::Custom(format!("no answer within {} s", LIMIT.as_secs()))));
        listed.inspect_err(|error| self.rest(error)).ok()
    }

    fn rest(&self, error: &DbErr) {
        tracing::warn!(%error, "the server of DATABASE_READ_URL failed; the primary lists the catalog for {} s", REST.as_secs());
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }
}

#[async_trait]
impl BookReader for CatalogReplica {
    async fn find(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        self.primary.find(id).await
    }

    async fn list(&self, query: &BookQuery) -> Result<Page<Book>, RepositoryError> {
        match self.ask_replica(query).await {
            Some(page) => Ok(page),
            None => self.primary.list(query).await,
        }
    }
}
