use sea_orm_migration::prelude::*;

use crate::columns::{id, moment, optional_moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let table = Table::create()
            .table("refresh_tokens")
            .col(id())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("token_hash").text().not_null())
            .col(ColumnDef::new("family").text().not_null())
            .col(moment("created_at", backend))
            .col(optional_moment("expires_at", backend).not_null())
            .col(optional_moment("revoked_at", backend))
            .foreign_key(&mut reference("refresh_tokens", "user_id", "users"))
            .to_owned();
        manager.create_table(table).await?;

        // POST /auth/refresh and POST /auth/logout look up a token.
        let hash = Index::create()
            .name("uq_refresh_tokens_hash")
            .table("refresh_tokens")
            .col("token_hash")
            .unique()
            .to_owned();
        manager.create_index(hash).await?;
        // A reused token and a log-out revoke its family.
        let family = Index::create().name("ix_refresh_tokens_family").table("refresh_tokens").col("family").to_owned();
        manager.create_index(family).await?;
        // PATCH /admin/users/{id}/deactivate revokes all of a user.
        let user = Index::create().name("ix_refresh_tokens_user").table("refresh_tokens").col("user_id").to_owned();
        manager.create_index(user).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("refresh_tokens").to_owned()).await
    }
}
