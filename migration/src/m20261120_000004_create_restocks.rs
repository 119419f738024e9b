use sea_orm_migration::prelude::*;

use crate::columns::{id, moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("restocks")
            .col(id())
            .col(ColumnDef::new("book_id").big_integer().not_null())
            .col(ColumnDef::new("round").big_integer().not_null().default(0).check(Expr::cust("round >= 0")))
            .col(ColumnDef::new("quantity").integer().not_null().default(1).check(Expr::cust("quantity > 0")))
            .col(moment("restocked_at", manager.get_database_backend()))
            // Only a book that was never pre-booked can be deleted. Its restocks notified nobody, and are deleted with it.
            .foreign_key(reference("restocks", "book_id", "books").on_delete(ForeignKeyAction::Cascade))
            .to_owned();
        manager.create_table(table).await?;

        // Every status depends on the restock of its round; a round ends once.
        let round = Index::create()
            .name("uq_restocks_book_round")
            .table("restocks")
            .col("book_id")
            .col("round")
            .unique()
            .to_owned();
        manager.create_index(round).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("restocks").to_owned()).await
    }
}
