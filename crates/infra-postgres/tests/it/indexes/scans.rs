use std::collections::BTreeSet;

use test_support::{Bystander, TestDatabase};

use crate::support::World;

/// Enough rows for the planner to prefer an index.
const ROWS: &str = "
    INSERT INTO users (email, password_hash) SELECT 'user' || n || '@example.com', 'hash' FROM generate_series(1, 1000) n;
    INSERT INTO books (title, author, price_cents) SELECT md5(n::text), md5((-n)::text), n FROM generate_series(1, 1000) n;
    INSERT INTO restocks (book_id, round) SELECT n, 0 FROM generate_series(1, 500) n;
    INSERT INTO pre_bookings (user_id, book_id, created_at)
        SELECT n, (n + m * 7) % 900 + 1, now() - m * interval '1 hour'
        FROM generate_series(1, 1000) n, generate_series(1, 20) m;
    INSERT INTO sessions (user_id, expires_at)
        SELECT n, timestamptz '2026-01-01' + n * interval '30 days' FROM generate_series(1, 1000) n;
    INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
        SELECT n, 'hash' || n || '/' || m, now() FROM generate_series(1, 1000) n, generate_series(1, 3) m;
    ANALYZE;";

/// Deliveries and restocks, most of which are settled and fanned out.
const DELIVERIES: &str = "
    UPDATE restocks SET fan_out_stage = 'done', restocked_at = now() - interval '1 year' WHERE book_id > 3;
    INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status, delivered_at, claimed_until)
        SELECT placed.id, restock.id, placed.book_id, 'delivered', now(), NULL
        FROM pre_bookings AS placed JOIN restocks AS restock ON restock.book_id = placed.book_id
        WHERE restock.fan_out_stage = 'done';
    UPDATE deliveries SET status = 'pending', delivered_at = NULL, due_at = '2020-01-01T00:00:00Z' WHERE id % 50 = 0;
    UPDATE deliveries SET status = 'failed', delivered_at = NULL WHERE id % 50 = 1;
    UPDATE deliveries SET status = 'skipped', delivered_at = NULL WHERE id % 50 = 2;
    INSERT INTO delivery_attempts (delivery_id) SELECT id FROM deliveries;
    VACUUM ANALYZE;";

/// How often each table was read row by row, and each index was used, except for the table of migrations.
const SCANS: &str = "
    SELECT relname || ' row by row=' || seq_scan FROM pg_stat_user_tables WHERE relname <> 'seaql_migrations'
    UNION ALL
    SELECT indexrelname || '=' || idx_scan FROM pg_stat_user_indexes WHERE relname <> 'seaql_migrations'";

pub(crate) struct Scans {
    database: TestDatabase,
    pub(crate) sql: Bystander,
}

impl Scans {
    pub(crate) async fn prepare(database: TestDatabase) -> Self {
        let sql = Bystander::connect(database.url()).await;
        sql.execute(ROWS).await;
        let name: String = sql.value("SELECT current_database()::text").await;
        // Small tables are read fastest row by row. The question is whether an index could be used.
        sql.execute(&format!(r#"ALTER DATABASE "{name}" SET enable_seqscan = off"#)).await;
        Self { database, sql }
    }

    /// Like [`prepare`](Self::prepare), with deliveries.
    pub(crate) async fn prepare_with_deliveries(database: TestDatabase) -> Self {
        let scans = Self::prepare(database).await;
        // One by one, because VACUUM runs in no transaction.
        for statement in DELIVERIES.split_inclusive(';').filter(|statement| !statement.trim().is_empty()) {
            scans.sql.execute(statement).await;
        }
        scans
    }

    /// Returns which tables and indexes a use of the store scans. The server's counts are complete when the store's sessions have
    /// ended.
    pub(crate) async fn of(&self, used: impl AsyncFnOnce(&World)) -> BTreeSet<String> {
        self.sql.execute("SELECT pg_stat_force_next_flush()").await;
        let before: BTreeSet<String> = self.sql.column(SCANS).await.into_iter().collect();
        let world = World::open_with_connections(&self.database, 1).await;
        used(&world).await;
        world.store.close().await;
        world.sql.close().await;
        self.end_other_sessions().await;
        let after: BTreeSet<String> = self.sql.column(SCANS).await.into_iter().collect();
        after.difference(&before).filter_map(|scans| Some(scans.split_once('=')?.0.to_owned())).collect()
    }

    /// Closing a pool tells its sessions to end, but does not wait until they have ended.
    async fn end_other_sessions(&self) {
        let others = "FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        self.sql.execute(&format!("SELECT pg_terminate_backend(pid) {others}")).await;
        self.sql.until(&format!("SELECT NOT EXISTS (SELECT {others})")).await;
    }
}

/// Other indexes may be in the count, because the planner reads the ends of some.
#[track_caller]
pub(crate) fn assert_served_by<const N: usize>(indexes: [&str; N], scans: &BTreeSet<String>) {
    let expected = indexes.into_iter().all(|index| scans.contains(index));
    let by_index = scans.iter().all(|scan| !scan.ends_with("row by row"));
    assert!(expected && by_index, "{indexes:?} was expected of {scans:?}");
}
