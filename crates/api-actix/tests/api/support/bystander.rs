use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// Longer than anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(12);

/// One connection to a store beside those of the service.
pub(crate) struct Bystander(DatabaseConnection);

impl Bystander {
    pub(crate) async fn connect(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
        Self(Database::connect(options).await.unwrap())
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap();
    }

    /// The one row of a query for whole numbers.
    pub(crate) async fn numbers<const COUNT: usize>(&self, sql: &str) -> [i64; COUNT] {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let row = self.0.query_one_raw(statement).await.unwrap().unwrap();
        std::array::from_fn(|index| row.try_get_by_index(index).unwrap())
    }

    /// The texts in the one column of a query.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let rows = self.0.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Takes the books away from everyone else, who can neither place nor restock until it rolls back.
    pub(crate) async fn lock_the_books(&self) {
        self.execute(match self.0.get_database_backend() {
            DbBackend::Sqlite => "BEGIN IMMEDIATE",
            DbBackend::MySql | DbBackend::Postgres | _ => "BEGIN; LOCK TABLE books IN ACCESS EXCLUSIVE MODE",
        })
        .await;
    }

    /// Waits until so many sessions of the service are like this. On SQLite nobody can see who waits, so it does not.
    pub(crate) async fn until_sessions(&self, condition: &str, count: usize) {
        if self.0.get_database_backend() == DbBackend::Sqlite {
            return;
        }
        let sessions = format!(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'bookstore' AND {condition}"
        );
        let deadline = Instant::now() + PATIENCE;
        loop {
            let [found] = self.numbers(&sessions).await;
            if usize::try_from(found).unwrap() == count {
                return;
            }
            assert!(Instant::now() < deadline, "{found} sessions with {condition}, not {count}");
        }
    }

    pub(crate) async fn close(self) {
        self.0.close().await.unwrap();
    }
}
