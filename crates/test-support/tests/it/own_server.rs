//! A server that goes away and comes back.

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{OwnServer, Suite, tests};

pub(crate) fn suite() -> Suite {
    tests![what_was_committed_is_there_after_a_crash].with_servers_of_their_own()
}

async fn what_was_committed_is_there_after_a_crash() -> Result<(), DbErr> {
    let mut server = OwnServer::start().unwrap();
    let connection = Database::connect(server.url()).await?;
    connection.execute_unprepared("CREATE TABLE things (id INT)").await?;
    connection.execute_unprepared("INSERT INTO things VALUES (1)").await?;
    server.crash().unwrap();
    assert!(Database::connect(server.url()).await.is_err());
    server.start_again().unwrap();
    let things = Database::connect(server.url()).await?.execute_unprepared("SELECT FROM things").await?;
    assert_eq!(things.rows_affected(), 1);
    Ok(())
}
