//! Waits for what another connection does, by asking the server instead of sleeping.

use std::time::{Duration, Instant};

use crate::support::Sql;

/// Longer than anything that a test waits for may take.
const TOO_LONG: Duration = Duration::from_secs(20);

/// Waits until a statement in this PostgreSQL database waits for a lock.
pub(crate) async fn until_a_statement_waits_for_a_lock(sql: &Sql) {
    until(
        sql,
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')",
    )
    .await;
}

/// Waits until the answer to a question is `true`.
pub(crate) async fn until(sql: &Sql, question: &str) {
    let start = Instant::now();
    while !sql.value::<bool>(question).await {
        assert!(start.elapsed() < TOO_LONG, "never became true: {question}");
    }
}
