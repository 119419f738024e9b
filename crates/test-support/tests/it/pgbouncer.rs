//! A PgBouncer before a server.

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{OwnServer, PgBouncer, Suite, tests};

pub(crate) fn suite() -> Suite {
    tests![it_is_in_transaction_mode].with_servers_of_their_own().with_pgbouncer()
}

/// What one client has set in its session, another one finds in its own, which is the same.
async fn it_is_in_transaction_mode() -> Result<(), DbErr> {
    let server = OwnServer::start().unwrap();
    // With more connections to the server, the other client might be given another one.
    let settings = "ignore_startup_parameters = extra_float_digits\ndefault_pool_size = 1";
    let pgbouncer = PgBouncer::start(&server, settings).unwrap();
    let (one, other) = (Database::connect(pgbouncer.url()).await?, Database::connect(pgbouncer.url()).await?);
    one.execute_unprepared("SET lock_timeout = '7s'").await?;
    let is_set = "SELECT WHERE current_setting('lock_timeout') = '7s'";
    assert_eq!(other.execute_unprepared(is_set).await?.rows_affected(), 1);
    Ok(())
}
