use sea_orm_migration::prelude::*;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The rule of `PreBookingState::of` in `domain`, for everything that reads with SQL. A property test compares the two.
const VIEW: &str = "
CREATE VIEW pre_booking_statuses AS
SELECT
    placed.id AS pre_booking_id,
    placed.user_id,
    placed.book_id,
    placed.round,
    CASE
        WHEN placed.cancelled_at IS NOT NULL THEN 'cancelled'
        WHEN restock.restocked_at IS NOT NULL THEN 'notified'
        ELSE 'waiting'
    END AS status,
    placed.created_at,
    CASE
        WHEN placed.cancelled_at IS NOT NULL AND NOT placed.was_notified THEN NULL
        WHEN restock.restocked_at < placed.created_at THEN placed.created_at
        ELSE restock.restocked_at
    END AS notified_at,
    placed.cancelled_at
FROM pre_bookings AS placed
LEFT JOIN restocks AS restock ON restock.book_id = placed.book_id AND restock.round = placed.round
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(VIEW).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP VIEW pre_booking_statuses").await?;
        Ok(())
    }
}
