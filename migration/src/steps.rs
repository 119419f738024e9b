use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

use crate::Migrator;

/// A step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether the store has it.
    pub is_applied: bool,
    /// Whether this program has it. A store that has others belongs to another version.
    pub is_known: bool,
}

/// Returns the steps of this program and of the store, oldest first.
///
/// Only reads, unlike the library's own check, which creates a table.
///
/// # Errors
/// The store failed.
pub async fn steps(db: &impl ConnectionTrait) -> Result<Vec<Step>, DbErr> {
    let applied = applied(db).await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let mut steps: Vec<Step> = known
        .iter()
        .map(|name| Step { name: name.clone(), is_applied: applied.contains(name), is_known: true })
        .collect();
    let unknown = applied.into_iter().filter(|name| !known.contains(name));
    steps.extend(unknown.map(|name| Step { name, is_applied: true, is_known: false }));
    steps.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(steps)
}

/// Returns whether the schema is exactly the one that this program was built for. Only reads.
///
/// # Errors
/// The store failed.
pub async fn is_current(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(steps(db).await?.iter().all(|step| step.is_applied && step.is_known))
}

async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = db.get_database_backend();
    let tables = if backend == DbBackend::Sqlite {
        "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'"
    } else {
        "SELECT relname FROM pg_class WHERE oid = to_regclass('seaql_migrations')"
    };
    if db.query_one_raw(Statement::from_string(backend, tables)).await?.is_none() {
        return Ok(Vec::new());
    }
    let versions = Query::select().column("version").from("seaql_migrations").order_by("version", Order::Asc).take();
    db.query_all(&versions).await?.iter().map(|row| row.try_get("", "version")).collect()
}
