use sea_orm_migration::prelude::*;

use crate::columns::optional_moment;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Unknown for walks that ended before, and for those of a worker that does not know this column.
        let ended_at = optional_moment("first_walk_ended_at", manager.get_database_backend());
        manager.alter_table(Table::alter().table("restocks").add_column(ended_at).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("restocks").drop_column("first_walk_ended_at").to_owned()).await
    }
}
