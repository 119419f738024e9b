use sea_orm_migration::prelude::*;

use crate::columns::{enumeration, id, moment};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("users")
            .col(id())
            .col(ColumnDef::new("email").text().not_null())
            .col(ColumnDef::new("password_hash").text().not_null())
            .col(enumeration("role", &["user", "admin"], "user"))
            .col(ColumnDef::new("is_active").boolean().not_null().default(true))
            .col(moment("created_at", manager.get_database_backend()))
            .to_owned();
        manager.create_table(table).await?;

        // POST /auth/login and POST /auth/register look up an address; no address has two accounts.
        let email = Index::create().name("uq_users_email").table("users").col("email").unique().to_owned();
        manager.create_index(email).await?;
        // GET /admin/users lists the newest first.
        let created_at =
            Index::create().name("ix_users_created_at").table("users").col("created_at").col("id").to_owned();
        manager.create_index(created_at).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("users").to_owned()).await
    }
}
