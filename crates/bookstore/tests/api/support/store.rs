use test_support::{Engine, TestDatabase};
use url::Url;

use super::Bystander;

/// Changes the store with plain SQL.
pub(crate) async fn execute(database: &TestDatabase, sql: &str) {
    let bystander = Bystander::connect(database.url()).await;
    bystander.execute(sql).await;
    bystander.close().await;
}

/// Adds books of this title, out of stock, and returns their ids.
pub(crate) async fn add_books(store: &Bystander, title: &str, count: usize) -> Vec<i64> {
    let add = format!(
        "WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count}) \
         INSERT INTO books (title, author, price_cents) SELECT '{title}', 'A', 1 FROM numbers RETURNING id"
    );
    store.column(&add).await
}

/// Takes the books away from everyone else, who can neither place nor restock until the bystander rolls back.
pub(crate) async fn lock_the_books(bystander: &Bystander, engine: Engine) {
    bystander
        .execute(match engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN; LOCK TABLE books IN ACCESS EXCLUSIVE MODE",
        })
        .await;
}

/// Drops a PostgreSQL database and ends all its sessions.
pub(crate) async fn drop_database(database: &TestDatabase) {
    let mut url = Url::parse(database.url()).unwrap();
    let name = url.path().trim_start_matches('/').to_owned();
    url.set_path("/postgres");
    let bystander = Bystander::connect(url.as_str()).await;
    bystander.execute(&format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await;
    bystander.close().await;
}

/// The texts in the one column of a query.
pub(crate) async fn query_texts(database: &TestDatabase, sql: &str) -> Vec<String> {
    let bystander = Bystander::connect(database.url()).await;
    let texts = bystander.column(sql).await;
    bystander.close().await;
    texts
}
