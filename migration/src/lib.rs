//! The schema of the store, step by step, for PostgreSQL and SQLite.
//!
//! Names are strings: a step describes the schema of its day, and later changes of the entities must not change it. A comment at
//! each index names the calls that use it.

use sea_orm_migration::prelude::*;

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
mod m20261121_000010_create_sessions;
mod m20261121_000011_create_account_mails;
mod m20261121_000012_convert_email_domains_to_ascii;
mod m20261121_000013_add_preferences_to_users;
mod m20261121_000014_create_audit_records;
mod m20261121_000015_create_service_keys;
mod m20261121_000016_create_may_wait;
mod m20261121_000018_record_restocks_of_other_programs;
mod migrate;
mod steps;

pub use migrate::{migrate, migrate_within, undo};
pub use steps::{Step, is_current, steps};

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
            Box::new(m20261121_000010_create_sessions::Migration),
            Box::new(m20261121_000011_create_account_mails::Migration),
            Box::new(m20261121_000012_convert_email_domains_to_ascii::Migration),
            Box::new(m20261121_000013_add_preferences_to_users::Migration),
            Box::new(m20261121_000014_create_audit_records::Migration),
            Box::new(m20261121_000015_create_service_keys::Migration),
            Box::new(m20261121_000016_create_may_wait::Migration),
            Box::new(m20261121_000018_record_restocks_of_other_programs::Migration),
        ]
    }
}
