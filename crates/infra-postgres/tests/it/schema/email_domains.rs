//! The migration that converts the domains of addresses to ASCII.

use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use test_support::{Bystander, Suite, TestDatabase, tests};

pub(crate) fn suite() -> Suite {
    tests![converts_domains_unless_another_account_has_the_address].on_an_empty_database()
}

/// The number of steps before domains were converted.
const BEFORE: u32 = 11;

async fn converts_domains_unless_another_account_has_the_address(database: TestDatabase) {
    let sql = Bystander::connect(database.url()).await;
    Migrator::up(sql.connection(), Some(BEFORE)).await.unwrap();
    sql.execute(
        "INSERT INTO users (email, password_hash) VALUES ('ada@exämple.com', 'hash'), ('äda@example.com', 'hash'),
         ('grace@xn--exmple-cua.com', 'hash'), ('grace@exämple.com', 'hash'), ('admin@localhost', 'hash')",
    )
    .await;
    Migrator::up(sql.connection(), None).await.unwrap();
    let emails: Vec<String> = sql.column("SELECT email FROM users ORDER BY id").await;
    let expected = [
        "ada@xn--exmple-cua.com",
        "äda@example.com",
        "grace@xn--exmple-cua.com",
        "grace@exämple.com",
        "admin@localhost",
    ];
    assert_eq!(emails, expected);
}
