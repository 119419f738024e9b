//! Plain SQL beside the service.

#![expect(clippy::missing_panics_doc, reason = "a statement that fails fails the test")]

use std::array;
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    QueryResult, Statement, TransactionTrait as _, TryGetable,
};

/// Longer than anything takes that a test waits for.
const TOO_LONG: Duration = Duration::from_secs(20);

/// One connection to a test's database, beside those of the service. A statement that fails fails the test.
#[derive(Clone, Debug)]
pub struct Bystander(DatabaseConnection);

impl Bystander {
    /// Connects to the database of this URL, and creates an SQLite file that does not exist.
    pub async fn connect(url: &str) -> Self {
        let mode = if url.starts_with("sqlite:") { "?mode=rwc" } else { "" };
        let mut options = ConnectOptions::new(format!("{url}{mode}"));
        options.max_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
        Self(Database::connect(options).await.unwrap_or_else(|error| panic!("{url}: {error}")))
    }

    /// Returns the connection itself.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0
    }

    /// Runs statements, and returns the number of rows that the last one changed.
    pub async fn execute(&self, sql: &str) -> u64 {
        self.try_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements that may fail.
    ///
    /// # Errors
    /// One of them failed.
    pub async fn try_execute(&self, sql: &str) -> Result<u64, DbErr> {
        Ok(self.0.execute_unprepared(sql).await?.rows_affected())
    }

    /// Begins a transaction and runs statements in it. It rolls back when it is dropped.
    pub async fn begin(&self, sql: &str) -> DatabaseTransaction {
        let begin = async {
            let transaction = self.0.begin().await?;
            transaction.execute_unprepared(sql).await?;
            Ok::<_, DbErr>(transaction)
        };
        begin.await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Returns the first column of a query's rows.
    pub async fn column<T: TryGetable>(&self, query: &str) -> Vec<T> {
        self.rows(query).await.iter().map(|row| get(row, 0)).collect()
    }

    /// Returns the first column of a query's only row.
    pub async fn value<T: TryGetable>(&self, query: &str) -> T {
        get(&self.row(query).await, 0)
    }

    /// Returns the columns of a query's only row, which are 64-bit numbers.
    pub async fn numbers<const COUNT: usize>(&self, query: &str) -> [i64; COUNT] {
        let row = self.row(query).await;
        array::from_fn(|index| get(&row, index))
    }

    async fn row(&self, query: &str) -> QueryResult {
        let mut rows = self.rows(query).await;
        assert_eq!(rows.len(), 1, "the rows of {query}");
        rows.remove(0)
    }

    async fn rows(&self, query: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.0.get_database_backend(), query);
        self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Waits until a query returns `true`.
    pub async fn until(&self, query: &str) {
        let deadline = Instant::now() + TOO_LONG;
        while !self.value::<bool>(query).await {
            assert!(Instant::now() < deadline, "never became true: {query}");
        }
    }

    /// Waits until a session of the service meets a condition on `pg_stat_activity`. PostgreSQL only.
    pub async fn until_session(&self, condition: &str) {
        self.until(&format!("SELECT ({}) > 0", count_of_sessions(condition))).await;
    }

    /// Waits until a statement of the service waits for a lock. PostgreSQL only.
    pub async fn until_blocked(&self) {
        self.until_session("wait_event_type = 'Lock'").await;
    }

    /// Waits until this many sessions of the service meet a condition. On SQLite, where nobody sees sessions, it returns at
    /// once.
    pub async fn until_sessions(&self, condition: &str, count: usize) {
        if !self.is_sqlite() {
            self.until(&format!("SELECT ({}) = {count}", count_of_sessions(condition))).await;
        }
    }

    /// Returns how many sessions of the service meet a condition, as soon as none does, or after a while.
    pub async fn sessions_left(&self, condition: &str) -> i64 {
        let deadline = Instant::now() + TOO_LONG;
        while !self.is_sqlite() {
            let left = self.value(&count_of_sessions(condition)).await;
            if left == 0 || Instant::now() >= deadline {
                return left;
            }
        }
        0
    }

    fn is_sqlite(&self) -> bool {
        self.0.get_database_backend() == DbBackend::Sqlite
    }

    /// Closes the connection.
    pub async fn close(self) {
        // Only an in-memory mock can fail to close.
        let _ = self.0.close().await;
    }
}

fn count_of_sessions(condition: &str) -> String {
    format!(
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'bookstore' AND {condition}"
    )
}

fn get<T: TryGetable>(row: &QueryResult, index: usize) -> T {
    row.try_get_by_index(index).unwrap_or_else(|error| panic!("column {index}: {error:?}"))
}
