//! The schema of the store, step by step, for PostgreSQL and SQLite.
//!
//! Names are written as strings: a step describes the schema of its day, which the entities of today must not change.
//! Every index says which query it serves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

mod columns;
mod m20261120_000001_create_users;
mod m20261120_000002_create_refresh_tokens;
mod m20261120_000003_create_books;
mod m20261120_000004_create_restocks;
mod m20261120_000005_create_pre_bookings;
mod m20261120_000006_create_pre_booking_statuses;
mod m20261121_000007_add_fan_out_to_restocks;
mod m20261121_000008_create_deliveries;

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_create_users::Migration),
            Box::new(m20261120_000002_create_refresh_tokens::Migration),
            Box::new(m20261120_000003_create_books::Migration),
            Box::new(m20261120_000004_create_restocks::Migration),
            Box::new(m20261120_000005_create_pre_bookings::Migration),
            Box::new(m20261120_000006_create_pre_booking_statuses::Migration),
            Box::new(m20261121_000007_add_fan_out_to_restocks::Migration),
            Box::new(m20261121_000008_create_deliveries::Migration),
        ]
    }
}

/// Any number will do, as long as every instance locks the same one.
const POSTGRES_MIGRATION_LOCK: i64 = 0x424f_4f4b_5354_4f52;

/// Brings the schema up to date: all of it or nothing. Several instances may do so at once; they take turns.
///
/// # Errors
/// The store failed, or it has steps that this program does not know.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let transaction = db.begin_with_options(options).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        // The limits of the connection are meant for requests. Changing a large table may take longer.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({POSTGRES_MIGRATION_LOCK})")).await?;
    }
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Whether the schema is exactly the one that this program was built for.
///
/// It only reads: the library's own question would create its table.
///
/// # Errors
/// The store failed.
pub async fn is_current(db: &DatabaseConnection) -> Result<bool, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(false);
    }
    let versions = Query::select().column("version").from("seaql_migrations").order_by("version", Order::Asc).take();
    let rows = db.query_all(&versions).await?;
    let applied = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<Vec<String>, _>>()?;
    let known = Migrator::migrations();
    Ok(applied.iter().map(String::as_str).eq(known.iter().map(|migration| migration.name())))
}
