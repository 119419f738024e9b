use std::time::{Duration, Instant};

use sea_orm_migration::MigratorTrait as _;
use sea_orm_migration::sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _, sqlx,
};

use crate::Migrator;

/// Any number, as long as every instance uses the same.
const POSTGRES_MIGRATION_LOCK: i64 = 0x424f_4f4b_5354_4f52;

/// How long a statement of a migration waits for a table. Statements of the service queue after it, and this is shorter than their
/// own `lock_timeout`.
const LOCK_TIMEOUT: &str = "500ms";
/// How long to let other statements run before the next try.
const PAUSE: Duration = Duration::from_secs(1);
/// How long to try for tables that are in use.
const MAX_WAIT: Duration = Duration::from_mins(5);

/// The SQLSTATE when `lock_timeout` elapses.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Brings the schema up to date, completely or not at all. Several instances may call this at the same time; they take turns.
///
/// If a table is in use on PostgreSQL, the migration waits for it in short turns, so that it delays nobody else. It gives up after
/// five minutes.
///
/// # Errors
/// The store failed, a table stayed in use, or the store has migrations that this program does not know.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    migrate_within(db, MAX_WAIT).await
}

/// Like [`migrate`], with another time limit, which includes waiting for other instances.
///
/// # Errors
/// See [`migrate`].
pub async fn migrate_within(db: &DatabaseConnection, max_wait: Duration) -> Result<(), DbErr> {
    change(db, Change::Up, max_wait).await
}

/// Undoes this many steps, the newest first, completely or not at all. What only they stored is lost.
///
/// # Errors
/// See [`migrate`].
pub async fn undo(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    change(db, Change::Down(steps), MAX_WAIT).await
}

#[derive(Clone, Copy)]
enum Change {
    Up,
    /// By this many steps.
    Down(u32),
}

impl Change {
    async fn apply(self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        match self {
            Self::Up => Migrator::up(transaction, None).await,
            Self::Down(steps) => Migrator::down(transaction, Some(steps)).await,
        }
    }
}

async fn change(db: &DatabaseConnection, change: Change, max_wait: Duration) -> Result<(), DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let deadline = Instant::now() + max_wait;
    let transaction = db.begin_with_options(options).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        // The connection has the limits of requests. Changing a large table may take longer.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({POSTGRES_MIGRATION_LOCK})")).await?;
        transaction.execute_unprepared(&format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")).await?;
        apply_in_turns(change, &transaction, deadline, max_wait).await?;
    } else {
        change.apply(&transaction).await?;
    }
    transaction.commit().await
}

async fn apply_in_turns(
    change: Change,
    transaction: &DatabaseTransaction,
    deadline: Instant,
    max_wait: Duration,
) -> Result<(), DbErr> {
    loop {
        // A savepoint. Rolling back to it releases the tables and keeps the migration lock.
        let turn = transaction.begin().await?;
        match change.apply(&turn).await {
            Ok(()) => return turn.commit().await,
            Err(error) if is_lock_timeout(&error) => turn.rollback().await?,
            Err(error) => return Err(error),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(DbErr::Migration(format!(
                "a table that must be changed was in use for {} s; end the long transactions (see pg_stat_activity), and \
                 start again",
                max_wait.as_secs()
            )));
        }
        tracing::warn!(seconds_left = left.as_secs(), "a table that must be changed is in use; trying again");
        // Sleep in the server, which would end a transaction that is idle for too long.
        transaction.execute_unprepared(&format!("SELECT pg_sleep({})", PAUSE.as_secs_f32())).await?;
    }
}

fn is_lock_timeout(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    matches!(cause.as_ref(), sqlx::Error::Database(cause) if cause.code().as_deref() == Some(LOCK_NOT_AVAILABLE))
}
