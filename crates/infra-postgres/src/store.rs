use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::pool::Pool;
use crate::postgres::PoolUsage;
use crate::signal::Signal;

/// How long closing the store may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// The ports to the store, over a pool or a transaction.
#[derive(Debug)]
pub struct Repositories<C> {
    pub(crate) connection: C,
    /// Wakes workers at a restock.
    pub(crate) signal: Arc<Signal>,
}

/// The store, over its pool of connections.
pub type Store = Repositories<Pool>;

impl Store {
    /// Returns the usage of each pool of connections to PostgreSQL, with its name. SQLite has none.
    #[must_use]
    pub fn pools(&self) -> Vec<(&'static str, PoolUsage)> {
        let searches = self.connection.searches.as_deref().and_then(Pool::usage);
        let pools = [("main", self.connection.usage()), ("searches", searches)];
        pools.into_iter().filter_map(|(name, usage)| Some((name, usage?))).collect()
    }

    /// Closes the connections. Statements that still run have two seconds to end.
    pub async fn close(&self) {
        let closed = timeout(CLOSE_LIMIT, async {
            self.signal.close().await;
            self.connection.close().await;
        });
        if closed.await.is_err() {
            tracing::warn!("the connections to the store are left open, because it does not answer");
        }
    }
}
