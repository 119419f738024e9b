use std::future::Future;
use std::io;
use std::mem;
use std::time::{Duration, Instant};

use sea_orm::sea_query::Values;
use sea_orm::sqlx::postgres::{PgDatabaseError, PgQueryResult, PgRow, PgSeverity};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Postgres};
use sea_orm::{DbErr, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::time::timeout;

/// How long a statement may take on this side. It exceeds `statement_timeout`, so that the server gives up first as long as it can
/// be reached.
pub(super) const STATEMENT_LIMIT: Duration = Duration::from_secs(12);
/// How long a `BEGIN`, a `COMMIT` or a `ROLLBACK` may take. No timeout of the server covers a `COMMIT`, which waits for
/// synchronous standbys.
pub(super) const TRANSACTION_LIMIT: Duration = Duration::from_secs(10);
/// How long the server may take to reply to a ping.
const PING_LIMIT: Duration = Duration::from_secs(1);

/// The connection was lost or given up after a write was sent, so the write may or may not have happened.
#[derive(Debug, thiserror::Error)]
#[error("the outcome is unknown: {0}")]
pub(crate) struct OutcomeUnknown(sqlx::Error);

/// The state of a session, as far as this side knows for sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Outside a transaction, and every reply was read.
    Idle,
    /// Inside a transaction.
    InTransaction,
    /// Inside a transaction in which a statement failed. It can only be rolled back.
    Aborted,
    /// In the middle of a statement, given up, or lost. It must be closed.
    Lost,
}

/// One connection to PostgreSQL and its state.
///
/// It is [`Lost`](State::Lost) from the moment a statement is sent until its whole reply was read. So if the future that runs the
/// statement is dropped at any point, the session stays lost.
#[derive(Debug)]
pub(crate) struct Session {
    connection: PgConnection,
    state: State,
    /// The generation that it belongs to: see [`Opener`](super::opener::Opener).
    pub(super) generation: u64,
    pub(super) opened_at: Instant,
    pub(super) used_at: Instant,
}

impl Session {
    pub(super) fn new(connection: PgConnection, generation: u64) -> Self {
        let now = Instant::now();
        Self { connection, state: State::Idle, generation, opened_at: now, used_at: now }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    pub(super) fn is_lost(&self) -> bool {
        self.state == State::Lost
    }

    pub(super) async fn execute(&mut self, statement: &Statement) -> Result<PgQueryResult, sqlx::Error> {
        let may_write = self.may_commit(&statement.sql);
        let result = self.state.during(STATEMENT_LIMIT, query(statement).execute(&mut self.connection)).await;
        result.map_err(|error| if may_write { outcome_of(error) } else { error })
    }

    /// Reads every row: the server commits after the last one, and reports the commit's error there.
    pub(super) async fn fetch(&mut self, statement: &Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        let may_write = self.may_commit(&statement.sql);
        let result = self.state.during(STATEMENT_LIMIT, query(statement).fetch_all(&mut self.connection)).await;
        result.map_err(|error| if may_write { outcome_of(error) } else { error })
    }

    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.control("BEGIN", State::InTransaction).await
    }

    /// Commits. Fails for an aborted transaction, which PostgreSQL would roll back and report as success.
    pub(super) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        if self.state != State::InTransaction {
            return Err(sqlx::Error::AnyDriverError("a statement of this transaction failed".into()));
        }
        self.control("COMMIT", State::Idle).await.map_err(outcome_of)
    }

    pub(super) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        self.control("ROLLBACK", State::Idle).await
    }

    pub(super) async fn ping(&mut self) -> Result<(), sqlx::Error> {
        self.state.during(PING_LIMIT, self.connection.ping()).await
    }

    async fn control(&mut self, command: &'static str, after: State) -> Result<(), sqlx::Error> {
        self.state.during(TRANSACTION_LIMIT, self.connection.execute(command)).await?;
        self.state = after;
        Ok(())
    }

    /// Returns whether a statement may write and commits by itself. Its outcome is unknown if its reply is missing.
    fn may_commit(&self, sql: &str) -> bool {
        self.state == State::Idle && !sql.starts_with("SELECT")
    }
}

impl State {
    /// Waits for a reply of the server, at most this long. If the reply is not read to its end, the session stays lost.
    async fn during<T>(
        &mut self,
        limit: Duration,
        reply: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let before = mem::replace(self, Self::Lost);
        let result = timeout(limit, reply).await.unwrap_or_else(|_| {
            let silent = io::Error::new(io::ErrorKind::TimedOut, format!("no reply within {} s", limit.as_secs()));
            Err(sqlx::Error::Io(silent))
        });
        match &result {
            Ok(_) => *self = before,
            Err(error) if is_refusal(error) => *self = if before == Self::Idle { Self::Idle } else { Self::Aborted },
            Err(_) => {}
        }
        result
    }
}

/// Returns whether the server rejected a statement and keeps the connection.
fn is_refusal(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else { return false };
    let severity = refusal.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::severity);
    !matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic))
}

/// Returns the error of a failed write. Unless the server rejected the write, its outcome is unknown.
fn outcome_of(error: sqlx::Error) -> sqlx::Error {
    if is_refusal(&error) { error } else { sqlx::Error::Io(io::Error::other(OutcomeUnknown(error))) }
}

fn query(statement: &Statement) -> Query<'_, Postgres, SqlxValues> {
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

pub(super) fn execution_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

pub(super) fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
