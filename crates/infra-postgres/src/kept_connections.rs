use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgQueryResult, PgRow};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, PgPool, Postgres};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Connections for single statements, which are kept between one and the next.
///
/// sqlx asks each connection that comes back to its pool whether it still lives. After every statement that is a second round
/// trip, which costs as much as a short statement does. Here a connection comes back to the pool when it was kept for a while,
/// when its statement failed, and when whoever waited for it gave up.
#[derive(Debug)]
pub(crate) struct KeptConnections {
    pool: PgPool,
    /// One for each connection that may be kept, so that the others in the pool are left to units of work.
    turns: Semaphore,
    idle: Mutex<Vec<Kept>>,
    acquire_timeout: Duration,
    keep_for: Duration,
}

#[derive(Debug)]
struct Kept {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

impl KeptConnections {
    /// At most `count` connections of the pool, each for a limited time.
    pub(crate) fn new(pool: PgPool, count: usize, acquire_timeout: Duration, keep_for: Duration) -> Self {
        Self { pool, turns: Semaphore::new(count), idle: Mutex::default(), acquire_timeout, keep_for }
    }

    pub(crate) async fn execute(&self, statement: &Statement) -> Result<PgQueryResult, DbErr> {
        let (_turn, mut kept) = self.take().await?;
        let result = query(statement).execute(&mut *kept.connection).await;
        let result = result.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))?;
        self.keep(kept);
        Ok(result)
    }

    pub(crate) async fn fetch(&self, statement: &Statement) -> Result<Vec<PgRow>, DbErr> {
        let (_turn, mut kept) = self.take().await?;
        let rows = query(statement).fetch_all(&mut *kept.connection).await;
        let rows = rows.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        self.keep(kept);
        Ok(rows)
    }

    /// Gives all of them back to the pool, for good.
    pub(crate) fn close(&self) {
        self.turns.close();
        self.idle().clear();
    }

    fn keep(&self, kept: Kept) {
        let mut idle = self.idle();
        // Were it kept behind the end, it would be dropped with the store, maybe where there is no runtime that could close it.
        if !self.turns.is_closed() {
            idle.push(kept);
        }
    }

    async fn take(&self) -> Result<(SemaphorePermit<'_>, Kept), DbErr> {
        let turn = match timeout(self.acquire_timeout, self.turns.acquire()).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        };
        let kept = self.idle().pop();
        if let Some(fresh) = kept.filter(|kept| kept.since.elapsed() < self.keep_for) {
            return Ok((turn, fresh));
        }
        let connection = self.pool.acquire().await.map_err(acquire_error)?;
        Ok((turn, Kept { connection, since: Instant::now() }))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn query(statement: &Statement) -> Query<'_, Postgres, SqlxValues> {
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

fn acquire_error(error: sqlx::Error) -> DbErr {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
    } else {
        DbErr::Conn(RuntimeErr::SqlxError(error.into()))
    }
}
