//! What may fail around the service, and what must hold all the same: what was answered is done, and what was not answered is
//! done whole or not at all.

mod blocked;
mod clerk;
mod customer;
mod hang_up;
mod load;
mod stopped;
mod store_gone;

use std::time::Instant;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use test_support::Suite;

use load::PATIENCE;

pub(crate) fn suite() -> Suite {
    stopped::suite().and(store_gone::suite()).and(blocked::suite()).and(hang_up::suite())
}

/// One connection to a store beside those of the service.
struct Bystander(DatabaseConnection);

impl Bystander {
    async fn connect(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
        Self(Database::connect(options).await.unwrap())
    }

    async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap();
    }

    /// The one row of a query for whole numbers.
    async fn numbers<const COUNT: usize>(&self, sql: &str) -> [i64; COUNT] {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let row = self.0.query_one_raw(statement).await.unwrap().unwrap();
        std::array::from_fn(|index| row.try_get_by_index(index).unwrap())
    }

    /// Takes the books away from everyone else, who can neither place nor restock until it rolls back.
    async fn lock_the_books(&self) {
        self.execute(match self.0.get_database_backend() {
            DbBackend::Sqlite => "BEGIN IMMEDIATE",
            DbBackend::MySql | DbBackend::Postgres | _ => "BEGIN; LOCK TABLE books IN ACCESS EXCLUSIVE MODE",
        })
        .await;
    }

    /// Waits until so many sessions of the service are like this. On SQLite nobody can see who waits, so it does not.
    async fn until_sessions(&self, condition: &str, count: usize) {
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
}
