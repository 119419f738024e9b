use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;

use sea_orm::sea_query::{Expr, Func, InsertStatement, Query};
use sea_orm::sqlx::Executor;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, sqlx};
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

/// The PostgreSQL channel on which the transaction of a restock notifies when it is committed.
const CHANNEL: &str = "restocks";
const LISTEN: &str = "LISTEN restocks";

/// How long the server may take to show that the listening connection is alive, or to accept a new one.
const LISTENER_LIMIT: Duration = Duration::from_secs(2);

/// Wakes workers at a restock: all instances through PostgreSQL, or the one process that uses an SQLite file.
#[derive(Debug)]
pub(crate) struct Signal {
    /// How to connect to PostgreSQL; `None` on SQLite.
    postgres: Option<PgConnectOptions>,
    /// The listening connection, if there is one.
    listener: Mutex<Option<PgListener>>,
    within_process: Notify,
}

impl Signal {
    pub(crate) fn new(postgres: Option<PgConnectOptions>) -> Self {
        Self { postgres, listener: Mutex::new(None), within_process: Notify::new() }
    }

    /// Inserts what workers must learn of, within a transaction, and wakes them when it commits.
    pub(crate) async fn insert_and_notify(
        &self,
        transaction: &impl ConnectionTrait,
        mut insert: InsertStatement,
    ) -> Result<(), DbErr> {
        if transaction.get_database_backend() == DbBackend::Sqlite {
            self.notify_process();
        } else {
            // Notify in the same statement, which saves a round trip.
            insert.returning(
                Query::returning().expr(Func::cust("pg_notify").args([Expr::value(CHANNEL), Expr::value("")])),
            );
        }
        transaction.query_all(&insert).await?;
        Ok(())
    }

    /// Wakes a worker of this process. On SQLite the transaction of the restock holds the only connection until it ends, so the
    /// worker sees all of it.
    fn notify_process(&self) {
        self.within_process.notify_one();
    }

    /// Waits for [`notify_process`](Self::notify_process).
    pub(crate) async fn notified_by_process(&self) {
        self.within_process.notified().await;
    }

    /// Waits for a notification from PostgreSQL. A new connection counts as one, because a notification may have been missed
    /// before it.
    ///
    /// Callers wait for some seconds at a time. Each call first checks whether the connection is alive: a connection over a
    /// network that fell silent reports no error.
    pub(crate) async fn notified_by_postgres(&self) -> Result<(), sqlx::Error> {
        let mut listener = self.listener.lock().await;
        if let Some(mut known) = listener.take()
            && within_limit(known.execute(LISTEN)).await.is_ok()
            && let Ok(Some(_)) = listener.insert(known).try_recv().await
        {
            return Ok(());
        }
        *listener = Some(within_limit(self.listen()).await?);
        Ok(())
    }

    async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let options = self.postgres.clone().ok_or(sqlx::Error::PoolClosed)?;
        let pool = PgPoolOptions::new().max_connections(1);
        // Operators see it beside the connections that serve requests.
        let pool = pool.connect_lazy_with(options.application_name("bookstore listener"));
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.ignore_pool_close_event(true);
        listener.execute(LISTEN).await?;
        Ok(listener)
    }

    /// Closes the listening connection.
    pub(crate) async fn close(&self) {
        self.listener.lock().await.take();
    }
}

async fn within_limit<T>(reply: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(LISTENER_LIMIT, reply).await.unwrap_or_else(|_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into())))
}
