use sea_orm_migration::prelude::*;

use crate::columns::{id, moment};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign keys: a deleted book stays in the trail, and a restock locks no more rows than before.
        let table = Table::create()
            .table("audit_records")
            .col(id())
            .col(moment("at", manager.get_database_backend()))
            // None for the program itself and its commands.
            .col(ColumnDef::new("actor_id").big_integer())
            .col(ColumnDef::new("action").text().not_null())
            .col(ColumnDef::new("book_id").big_integer())
            .col(ColumnDef::new("user_id").big_integer())
            // A JSON object.
            .col(ColumnDef::new("details").text().not_null().default("{}"))
            .col(ColumnDef::new("request_id").text())
            .col(ColumnDef::new("address").text())
            .to_owned();
        manager.create_table(table).await?;

        // GET /admin/audit filters by each of these, newest first.
        for column in ["actor_id", "action", "book_id", "user_id"] {
            let name = format!("ix_audit_records_{column}");
            let index = Index::create()
                .name(name)
                .table("audit_records")
                .col(column)
                .col("id")
                .and_where(Expr::col(column).is_not_null())
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_records").to_owned()).await
    }
}
