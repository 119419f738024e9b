use test_support::TestDatabase;
use url::Url;

use super::Bystander;

/// Changes the store behind the server's back.
pub(crate) async fn execute(database: &TestDatabase, sql: &str) {
    let bystander = Bystander::connect(database.url()).await;
    bystander.execute(sql).await;
    bystander.close().await;
}

/// Takes a database on PostgreSQL away, under those who are connected to it.
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
    let texts = bystander.texts(sql).await;
    bystander.close().await;
    texts
}
