use domain::RepositoryError;
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use crate::postgres::OutcomeUnknown;

/// Converts the error of a statement to that of a port.
pub(crate) fn repository_error(error: DbErr) -> RepositoryError {
    if is_outcome_unknown(&error) {
        RepositoryError::OutcomeUnknown(error.into())
    } else if is_unavailable(&error) {
        RepositoryError::Unavailable(error.into())
    } else {
        RepositoryError::Failed(error.into())
    }
}

/// SQLSTATEs, or their first characters, after which the same call may succeed a little later.
const UNAVAILABLE_ON_POSTGRES: [&str; 10] = [
    "08",    // connection exception
    "3D000", // the database does not exist, as while it is being restored
    "40001", // serialization failure
    "40P01", // deadlock detected
    "53",    // insufficient resources: memory, disk, connections
    "55P03", // lock not available: lock_timeout
    "57014", // query canceled: statement_timeout
    "57P",   // the server shuts down, has crashed, or is starting
    "25P03", // idle_in_transaction_session_timeout
    "25006", // read-only: a standby, after a failover
];

/// SQLite's result codes after which the same call may succeed a little later.
const UNAVAILABLE_ON_SQLITE: [&str; 8] = [
    "5",    // SQLITE_BUSY
    "6",    // SQLITE_LOCKED
    "9",    // SQLITE_INTERRUPT: a search took too long
    "13",   // SQLITE_FULL: no space left
    "261",  // SQLITE_BUSY_RECOVERY
    "517",  // SQLITE_BUSY_SNAPSHOT
    "778",  // SQLITE_IOERR_WRITE: no space left within a quota or a limit
    "4874", // SQLITE_IOERR_SHMSIZE: no space left for the index of the write-ahead log
];

/// The length of every SQLSTATE, and of no code of SQLite that is listed here.
const SQLSTATE_LENGTH: usize = 5;

fn is_outcome_unknown(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    let sqlx::Error::Io(cause) = cause.as_ref() else { return false };
    matches!(cause.get_ref(), Some(cause) if cause.is::<OutcomeUnknown>())
}

fn is_unavailable(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
    };
    if let sqlx::Error::Database(cause) = cause.as_ref() {
        let code = cause.code().unwrap_or_default();
        return if code.len() == SQLSTATE_LENGTH {
            UNAVAILABLE_ON_POSTGRES.iter().any(|known| code.starts_with(known))
        } else {
            UNAVAILABLE_ON_SQLITE.contains(&code.as_ref())
        };
    }
    matches!(
        cause.as_ref(),
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

/// Returns whether a unique index rejected a statement.
pub(crate) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Returns whether a foreign key rejected a statement.
pub(crate) fn is_foreign_key_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnAcquireErr;

    use super::*;

    #[test]
    fn a_full_pool_and_a_lost_connection_are_temporary() {
        let lost = RuntimeErr::SqlxError(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()).into());
        for error in [DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), DbErr::Conn(lost.clone()), DbErr::Query(lost)]
        {
            assert!(matches!(repository_error(error), RepositoryError::Unavailable(_)));
        }
    }

    #[test]
    fn a_wrong_statement_is_a_failure() {
        let wrong = DbErr::Query(RuntimeErr::SqlxError(sqlx::Error::RowNotFound.into()));
        assert!(matches!(repository_error(wrong), RepositoryError::Failed(_)));
    }
}
