//! The schema of the store, step by step, for PostgreSQL and SQLite.
//!
//! Names are strings: a step describes the schema of its day, and later changes of the entities must not change it. A comment at
//! each index names the calls that use it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, DbErr, Statement};

mod columns;
mod m20261120_000001_create_users;
mod m20261120_000002_create_refresh_tokens;
mod m20261120_000003_create_books;
mod m20261120_000004_create_restocks;
mod m20261120_000005_create_pre_bookings;
mod m20261120_000006_create_pre_booking_statuses;
mod m20261121_000007_add_fan_out_to_restocks;
mod m20261121_000008_create_deliveries;
mod m20261121_000009_add_first_walk_ended_at_to_restocks;
mod m20261121_000013_add_preferences_to_users;
mod m20261121_000014_create_audit_records;
mod m20261121_000015_create_service_keys;
mod migrate;

pub use migrate::{migrate, migrate_within};

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
            Box::new(m20261121_000009_add_first_walk_ended_at_to_restocks::Migration),
            Box::new(m20261121_000013_add_preferences_to_users::Migration),
            Box::new(m20261121_000014_create_audit_records::Migration),
            Box::new(m20261121_000015_create_service_keys::Migration),
        ]
    }
}

/// Returns whether the schema is exactly the one that this program was built for.
///
/// Only reads, unlike the library's own check, which creates a table.
///
/// # Errors
/// The store failed.
pub async fn is_current(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let tables = if backend == DbBackend::Sqlite {
        "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'"
    } else {
        "SELECT relname FROM pg_class WHERE oid = to_regclass('seaql_migrations')"
    };
    if db.query_one_raw(Statement::from_string(backend, tables)).await?.is_none() {
        return Ok(false);
    }
    let versions = Query::select().column("version").from("seaql_migrations").order_by("version", Order::Asc).take();
    let rows = db.query_all(&versions).await?;
    let applied = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<Vec<String>, _>>()?;
    let known = Migrator::migrations();
    Ok(applied.iter().map(String::as_str).eq(known.iter().map(|migration| migration.name())))
}
