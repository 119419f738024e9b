use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// POST /prebooks: whether fewer than `most` pre-bookings of a user are waiting.
///
/// Placements of one user take turns: the lock is held until the transaction ends. Each statement of a function sees what was
/// committed before it began, so the counts include what the lock waited for. The first count is the cheap one, and enough for
/// almost everyone: it includes pre-bookings that were notified. A LIMIT would make PostgreSQL plan each call anew.
const FUNCTION: &str = "
CREATE FUNCTION may_wait(of_user bigint, most bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20261121, (of_user % 2147483648)::integer);
    IF most > (SELECT count(*) FROM pre_bookings WHERE user_id = of_user AND cancelled_at IS NULL) THEN
        RETURN true;
    END IF;
    RETURN most > (SELECT count(*) FROM pre_booking_statuses WHERE user_id = of_user AND status = 'waiting');
END $$
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(FUNCTION).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION may_wait").await?;
        }
        Ok(())
    }
}
