use async_trait::async_trait;
use domain::RepositoryError;
use domain::book::{Book, BookId, Restock, StockRepository};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::Repositories;
use crate::entity::book::{ActiveModel, Column, Entity};
use crate::entity::restock;
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl StockRepository for Repositories<Transaction> {
    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        // Not FOR UPDATE: placements hold FOR KEY SHARE on the row, and a flood of them would never release it.
        let locked = Entity::find_by_id(id.get()).lock(LockType::NoKeyUpdate);
        Ok(locked.one(&self.connection).await.map_err(repository_error)?.map(Book::from))
    }

    async fn save(&self, book: &Book) -> Result<(), RepositoryError> {
        let row = ActiveModel {
            stock_quantity: Set(book.stock_quantity.get()),
            round: Set(book.round.get()),
            updated_at: Set(book.updated_at),
            ..Default::default()
        };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(book.id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn add_restock(&self, restock: &Restock) -> Result<(), RepositoryError> {
        let row = restock::ActiveModel {
            book_id: Set(restock.book_id.get()),
            round: Set(restock.round.get()),
            quantity: Set(restock.quantity.get()),
            restocked_at: Set(restock.restocked_at),
            ..Default::default()
        };
        let insert = restock::Entity::insert(row).into_query();
        self.signal.insert_and_notify(&self.connection, insert).await.map_err(repository_error)
    }
}
