use sea_orm_migration::prelude::*;

use crate::columns::enumeration;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column per statement.
        let stage = enumeration("fan_out_stage", &["first", "final", "done"], "first");
        // The last pre-booking that the walk of this stage has read.
        let after = ColumnDef::new("fan_out_after").big_integer().not_null().default(0).take();
        for column in [stage, after] {
            manager.alter_table(Table::alter().table("restocks").add_column(column).to_owned()).await?;
        }
        // No e-mails for restocks from before there were deliveries.
        let done = Query::update().table("restocks").value("fan_out_stage", "done").take();
        manager.execute(done).await?;

        // The worker takes the earliest restock that is not done.
        let open = Index::create()
            .name("ix_restocks_fan_out")
            .table("restocks")
            .col("restocked_at")
            .col("id")
            .and_where(Expr::cust("fan_out_stage <> 'done'"))
            .to_owned();
        manager.create_index(open).await?;
        // The worker walks over the pre-bookings of a round; GET /admin/books/{id}/prebooks lists the latest round first;
        // DELETE /books/{id} checks whether the book was ever pre-booked.
        let of_round = Index::create()
            .name("ix_pre_bookings_book_round")
            .table("pre_bookings")
            .col("book_id")
            .col("round")
            .col("id")
            .to_owned();
        manager.create_index(of_round).await?;
        manager.drop_index(Index::drop().name("ix_pre_bookings_book").table("pre_bookings").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_book = Index::create().name("ix_pre_bookings_book").table("pre_bookings").col("book_id").to_owned();
        manager.create_index(of_book).await?;
        for (index, table) in [("ix_pre_bookings_book_round", "pre_bookings"), ("ix_restocks_fan_out", "restocks")] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        for column in ["fan_out_after", "fan_out_stage"] {
            manager.alter_table(Table::alter().table("restocks").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
