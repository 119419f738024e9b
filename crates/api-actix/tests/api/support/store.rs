use sea_orm::{ConnectionTrait, Database, Statement};
use test_support::TestDatabase;
use url::Url;

/// Changes the store behind the server's back.
pub(crate) async fn execute(database: &TestDatabase, sql: &str) {
    let connection = Database::connect(database.url()).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// Takes a database on PostgreSQL away, under those who are connected to it.
pub(crate) async fn drop_database(database: &TestDatabase) {
    let mut url = Url::parse(database.url()).unwrap();
    let name = url.path().trim_start_matches('/').to_owned();
    url.set_path("/postgres");
    let connection = Database::connect(url.as_str()).await.unwrap();
    connection.execute_unprepared(&format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await.unwrap();
    connection.close().await.unwrap();
}

/// The texts in the one column of a query.
pub(crate) async fn query_texts(database: &TestDatabase, sql: &str) -> Vec<String> {
    let connection = Database::connect(database.url()).await.unwrap();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
