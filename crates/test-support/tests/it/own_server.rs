//! A server that goes away and comes back.

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{OwnServer, Suite, tests};

pub(crate) fn suite() -> Suite {
    tests![what_was_committed_is_there_when_it_is_back].with_servers_of_their_own()
}

async fn what_was_committed_is_there_when_it_is_back() -> Result<(), DbErr> {
    let mut server = OwnServer::start().unwrap();
    let connection = Database::connect(server.url()).await?;
    connection.execute_unprepared("CREATE TABLE things (id INT)").await?;
    for count in 1..=2 {
        Database::connect(server.url()).await?.execute_unprepared("INSERT INTO things VALUES (1)").await?;
        if count == 1 { server.crash() } else { server.stop() }.unwrap();
        assert!(Database::connect(server.url()).await.is_err());
        server.start_again().unwrap();
        let things = Database::connect(server.url()).await?.execute_unprepared("SELECT FROM things").await?;
        assert_eq!(things.rows_affected(), count);
    }
    Ok(())
}
