use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Addresses with characters outside ASCII.
const ON_POSTGRES: &str = "SELECT id, email FROM users WHERE email ~ '[^[:ascii:]]' ORDER BY id";
const ON_SQLITE: &str = "SELECT id, email FROM users WHERE length(email) <> length(CAST(email AS BLOB)) ORDER BY id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Converts the domains of addresses as the service does from now on. If another account has the converted address already,
    /// the address stays, and its user can no longer log in: the mailbox belongs to the other account.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (db, backend) = (manager.get_connection(), manager.get_database_backend());
        let select = if backend == DbBackend::Sqlite { ON_SQLITE } else { ON_POSTGRES };
        for row in db.query_all_raw(Statement::from_string(backend, select)).await? {
            let (id, email): (i64, String) = (row.try_get("", "id")?, row.try_get("", "email")?);
            let Some((local_part, domain)) = email.rsplit_once('@') else { continue };
            let Ok(domain) = idna::domain_to_ascii(domain) else { continue };
            let converted = format!("{local_part}@{domain}");
            let taken = Query::select().column("id").from("users").and_where(Expr::col("email").eq(&converted)).take();
            if converted == email {
                continue;
            }
            if db.query_one(&taken).await?.is_some() {
                tracing::warn!(user = id, "another account has the address of this one, with its domain in ASCII");
                continue;
            }
            let update =
                Query::update().table("users").value("email", converted).and_where(Expr::col("id").eq(id)).take();
            db.execute(&update).await?;
        }
        Ok(())
    }

    /// The converted addresses are valid before, too.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
