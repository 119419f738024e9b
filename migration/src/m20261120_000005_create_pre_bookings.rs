use sea_orm_migration::prelude::*;

use crate::columns::{id, moment, optional_moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let table = Table::create()
            .table("pre_bookings")
            .col(id())
            .col(ColumnDef::new("user_id").big_integer().not_null())
            .col(ColumnDef::new("book_id").big_integer().not_null())
            .col(ColumnDef::new("round").big_integer().not_null().default(0).check(Expr::cust("round >= 0")))
            .col(moment("created_at", backend))
            .col(optional_moment("cancelled_at", backend))
            // Whether the restock of its round came before the cancel.
            .col(ColumnDef::new("was_notified").boolean().not_null().default(false))
            .check(Expr::cust("cancelled_at IS NOT NULL OR NOT was_notified"))
            // Neither can be deleted: the history of a pre-booking stays readable.
            .foreign_key(&mut reference("pre_bookings", "user_id", "users"))
            .foreign_key(&mut reference("pre_bookings", "book_id", "books"))
            .to_owned();
        manager.create_table(table).await?;

        // POST /prebooks: a user waits for a book at most once.
        let waiting = Index::create()
            .name("uq_pre_bookings_user_book_waiting")
            .table("pre_bookings")
            .col("user_id")
            .col("book_id")
            .col("round")
            .unique()
            .and_where(Expr::col("cancelled_at").is_null())
            .to_owned();
        manager.create_index(waiting).await?;
        // GET /prebooks lists a user's newest first.
        let of_user = Index::create()
            .name("ix_pre_bookings_user_created_at")
            .table("pre_bookings")
            .col("user_id")
            .col("created_at")
            .col("id")
            .to_owned();
        manager.create_index(of_user).await?;
        // DELETE /books/{id} checks whether the book was ever pre-booked.
        let of_book = Index::create().name("ix_pre_bookings_book").table("pre_bookings").col("book_id").to_owned();
        manager.create_index(of_book).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("pre_bookings").to_owned()).await
    }
}
