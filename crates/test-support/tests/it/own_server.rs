//! A server that goes away and comes back, has a standby, and changes.

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{Bystander, OwnServer, Suite, tests};

pub(crate) fn suite() -> Suite {
    tests![
        what_was_committed_is_there_when_it_is_back,
        a_standby_follows_and_is_promoted,
        a_demoted_server_can_be_read_and_not_written,
        a_setting_is_changed_while_it_runs,
    ]
    .with_servers_of_their_own()
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

async fn a_standby_follows_and_is_promoted() -> Result<(), DbErr> {
    let server = OwnServer::start().unwrap();
    let mut standby = server.start_standby().unwrap();
    let (primary, follower) = (Database::connect(server.url()).await?, Database::connect(standby.url()).await?);
    primary.execute_unprepared("CREATE TABLE things (id INT)").await?;
    Bystander::connect(standby.url()).await.until("SELECT to_regclass('things') IS NOT NULL").await;
    assert!(follower.execute_unprepared("INSERT INTO things VALUES (1)").await.is_err());
    standby.promote().unwrap();
    follower.execute_unprepared("INSERT INTO things VALUES (1)").await?;
    primary.execute_unprepared("INSERT INTO things VALUES (1)").await?;
    Ok(())
}

async fn a_demoted_server_can_be_read_and_not_written() -> Result<(), DbErr> {
    let mut server = OwnServer::start().unwrap();
    Database::connect(server.url()).await?.execute_unprepared("CREATE TABLE things (id INT)").await?;
    server.demote().unwrap();
    let connection = Database::connect(server.url()).await?;
    connection.execute_unprepared("SELECT FROM things").await?;
    let error = connection.execute_unprepared("INSERT INTO things VALUES (1)").await.unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
    Ok(())
}

async fn a_setting_is_changed_while_it_runs() {
    let mut server = OwnServer::start().unwrap();
    let connection = Bystander::connect(server.url()).await;
    for setting in ["on", "off"] {
        server.set("default_transaction_read_only", setting).unwrap();
        connection.until(&format!("SELECT current_setting('transaction_read_only') = '{setting}'")).await;
    }
}
