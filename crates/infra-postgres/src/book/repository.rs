use async_trait::async_trait;
use domain::book::{
    Book, BookChange, BookId, BookRepository, ChangedBook, CoverImageUrl, DeletedBook, Description, Isbn, NewBook,
    Round,
};
use domain::{RepositoryError, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Repositories;
use crate::entity::book::{ActiveModel, Column, Entity};
use crate::entity::pre_booking;
use crate::error::{is_foreign_key_violation, is_unique_violation, repository_error};
use crate::transaction::Transaction;

#[async_trait]
impl BookRepository for Repositories<Transaction> {
    async fn add(&self, book: &NewBook) -> Result<Option<Book>, RepositoryError> {
        let details = book.details.clone();
        let row = ActiveModel {
            title: Set(details.title.as_str().to_owned()),
            author: Set(details.author.as_str().to_owned()),
            price_cents: Set(details.price.cents()),
            isbn: Set(isbn_column(details.isbn)),
            description: Set(description_column(details.description)),
            cover_image_url: Set(cover_image_url_column(details.cover_image_url)),
            publish_date: Set(details.publish_date),
            stock_quantity: Set(book.stock_quantity.get()),
            round: Set(Round::default().get()),
            created_at: Set(book.created_at),
            updated_at: Set(book.created_at),
            ..Default::default()
        };
        // No ON CONFLICT: SeaORM can't name the index on ISBNs, which is on an expression.
        // Read every row: SQLite commits after the last one, and the commit's error is reported there.
        match Entity::insert(row).exec_with_returning_many(&self.connection).await {
            Ok(rows) => Ok(rows.into_iter().next().map(Book::from)),
            Err(error) if is_unique_violation(&error) => Ok(None),
            Err(error) => Err(repository_error(error)),
        }
    }

    async fn change(&self, id: BookId, change: &BookChange, now: Timestamp) -> Result<ChangedBook, RepositoryError> {
        let change = change.clone();
        let mut row = ActiveModel { updated_at: Set(now), ..Default::default() };
        if let Some(title) = change.title {
            row.title = Set(title.as_str().to_owned());
        }
        if let Some(author) = change.author {
            row.author = Set(author.as_str().to_owned());
        }
        if let Some(price) = change.price {
            row.price_cents = Set(price.cents());
        }
        if let Some(isbn) = change.isbn {
            row.isbn = Set(isbn_column(isbn));
        }
        if let Some(description) = change.description {
            row.description = Set(description_column(description));
        }
        if let Some(url) = change.cover_image_url {
            row.cover_image_url = Set(cover_image_url_column(url));
        }
        if let Some(date) = change.publish_date {
            row.publish_date = Set(date);
        }
        let update = Entity::update_many().set(row).filter(Column::Id.eq(id.get()));
        match update.exec_with_returning(&self.connection).await {
            Ok(rows) => Ok(rows
                .into_iter()
                .next()
                .map_or(ChangedBook::NotFound, |row| ChangedBook::Changed(Box::new(row.into())))),
            Err(error) if is_unique_violation(&error) => Ok(ChangedBook::IsbnTaken),
            Err(error) => Err(repository_error(error)),
        }
    }

    async fn delete(&self, id: BookId) -> Result<DeletedBook, RepositoryError> {
        // Do not lock a book that has pre-bookings: a fan-out may hold its lock for long.
        let delete = Entity::delete_by_id(id.get()).filter(Expr::exists(pre_bookings_of(id)).not());
        match delete.exec(&self.connection).await {
            Ok(result) if result.rows_affected > 0 => return Ok(DeletedBook::Deleted),
            Ok(_) => {}
            // A pre-booking was placed at the same moment.
            Err(error) if is_foreign_key_violation(&error) => return Ok(DeletedBook::HasPreBookings),
            Err(error) => return Err(repository_error(error)),
        }
        let pre_booked = self.connection.query_one(&pre_bookings_of(id)).await.map_err(repository_error)?;
        Ok(if pre_booked.is_some() { DeletedBook::HasPreBookings } else { DeletedBook::NotFound })
    }
}

fn pre_bookings_of(id: BookId) -> SelectStatement {
    use pre_booking::Column as Placed;

    Query::select().column(Placed::Id).from(pre_booking::Entity).and_where(Placed::BookId.eq(id.get())).limit(1).take()
}

fn isbn_column(isbn: Option<Isbn>) -> Option<String> {
    isbn.map(|isbn| isbn.as_str().to_owned())
}

fn description_column(description: Option<Description>) -> Option<String> {
    description.map(|description| description.as_str().to_owned())
}

fn cover_image_url_column(url: Option<CoverImageUrl>) -> Option<String> {
    url.map(|url| url.as_str().to_owned())
}
