use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The rule of `Book::set_stock` in `domain`, for other programs that write the stock with SQL. This service advances the round
/// itself, so the trigger does not act on its writes.
const POSTGRES: &str = "
CREATE FUNCTION record_restock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Not now(), which is when the transaction began: another restock of the book may have been committed since.
    restocked_at timestamptz := clock_timestamp();
BEGIN
    INSERT INTO restocks (book_id, round, quantity, restocked_at)
    VALUES (OLD.id, OLD.round, NEW.stock_quantity, restocked_at);
    NEW.round := OLD.round + 1;
    NEW.updated_at := restocked_at;
    -- Wakes the workers when the transaction commits.
    PERFORM pg_notify('restocks', '');
    RETURN NEW;
END $$;
CREATE TRIGGER record_restock BEFORE UPDATE ON books FOR EACH ROW
WHEN (OLD.stock_quantity = 0 AND NEW.stock_quantity > 0 AND NEW.round = OLD.round)
EXECUTE FUNCTION record_restock();
";

const SQLITE: &str = "
CREATE TRIGGER record_restock AFTER UPDATE ON books FOR EACH ROW
WHEN OLD.stock_quantity = 0 AND NEW.stock_quantity > 0 AND NEW.round = OLD.round
BEGIN
    INSERT INTO restocks (book_id, round, quantity) VALUES (OLD.id, OLD.round, NEW.stock_quantity);
    UPDATE books SET
        round = OLD.round + 1,
        updated_at = (SELECT restocked_at FROM restocks WHERE book_id = OLD.id AND round = OLD.round)
    WHERE id = OLD.id;
END
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let trigger = if manager.get_database_backend() == DbBackend::Sqlite { SQLITE } else { POSTGRES };
        manager.get_connection().execute_unprepared(trigger).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = if manager.get_database_backend() == DbBackend::Sqlite {
            "DROP TRIGGER record_restock"
        } else {
            "DROP TRIGGER record_restock ON books; DROP FUNCTION record_restock()"
        };
        manager.get_connection().execute_unprepared(drop).await?;
        Ok(())
    }
}
