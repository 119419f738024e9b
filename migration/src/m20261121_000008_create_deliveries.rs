use sea_orm_migration::prelude::*;

use crate::columns::{enumeration, id, moment, optional_moment, reference};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Skips what was notified before there were deliveries, so that every notified pre-booking has a delivery or is about to get one.
const SKIP_THE_PAST: &str = "
INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status, reason)
SELECT notified.pre_booking_id, restock.id, notified.book_id, 'skipped', 'it was notified before there were e-mails'
FROM pre_booking_statuses AS notified
JOIN restocks AS restock ON restock.book_id = notified.book_id AND restock.round = notified.round
WHERE notified.notified_at IS NOT NULL
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let deliveries = Table::create()
            .table("deliveries")
            .col(id())
            .col(ColumnDef::new("pre_booking_id").big_integer().not_null())
            .col(ColumnDef::new("restock_id").big_integer().not_null())
            // Copied from the restock for the index that lists a book's deliveries.
            .col(ColumnDef::new("book_id").big_integer().not_null())
            .col(enumeration("status", &["pending", "delivered", "failed", "skipped"], "pending"))
            // When to send it, while it is pending.
            .col(moment("due_at", backend))
            // When the claim of a worker ends.
            .col(optional_moment("claimed_until", backend))
            .col(ColumnDef::new("attempts").integer().not_null().default(0).check(Expr::cust("attempts >= 0")))
            .col(ColumnDef::new("reason").text())
            .col(optional_moment("delivered_at", backend))
            .col(moment("created_at", backend))
            .check(Expr::cust("(status = 'delivered') = (delivered_at IS NOT NULL)"))
            .foreign_key(&mut reference("deliveries", "pre_booking_id", "pre_bookings"))
            .foreign_key(&mut reference("deliveries", "restock_id", "restocks"))
            .foreign_key(&mut reference("deliveries", "book_id", "books"))
            .to_owned();
        manager.create_table(deliveries).await?;
        manager.get_connection().execute_unprepared(SKIP_THE_PAST).await?;

        // A pre-booking has one delivery, which GET /prebooks shows.
        let of_pre_booking =
            Index::create().name("uq_deliveries_pre_booking").table("deliveries").col("pre_booking_id").unique().take();
        // The worker claims what is due.
        let due = Index::create()
            .name("ix_deliveries_due")
            .table("deliveries")
            .col("due_at")
            .col("id")
            .and_where(Expr::cust("status = 'pending'"))
            .take();
        // GET /admin/restocks counts a restock's deliveries by status.
        let of_restock =
            Index::create().name("ix_deliveries_restock").table("deliveries").col("restock_id").col("status").take();
        // GET /admin/deliveries filters by status, by book, or by neither.
        let of_status = Index::create().name("ix_deliveries_status").table("deliveries").col("status").col("id").take();
        let of_book = Index::create().name("ix_deliveries_book").table("deliveries").col("book_id").col("id").take();
        for index in [of_pre_booking, due, of_restock, of_status, of_book] {
            manager.create_index(index).await?;
        }

        let attempts = Table::create()
            .table("delivery_attempts")
            .col(id())
            .col(ColumnDef::new("delivery_id").big_integer().not_null())
            .col(moment("attempted_at", backend))
            .col(enumeration("outcome", &["accepted", "refused", "deferred"], "deferred"))
            .col(ColumnDef::new("answer").text().not_null().default(""))
            .foreign_key(&mut reference("delivery_attempts", "delivery_id", "deliveries"))
            .to_owned();
        manager.create_table(attempts).await?;
        // GET /admin/deliveries/{id} lists them.
        let of_delivery = Index::create()
            .name("ix_delivery_attempts_delivery")
            .table("delivery_attempts")
            .col("delivery_id")
            .col("id")
            .to_owned();
        manager.create_index(of_delivery).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["delivery_attempts", "deliveries"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
