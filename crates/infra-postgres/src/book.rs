use async_trait::async_trait;
use domain::book::{
    Book, BookChange, BookDetails, BookFilter, BookId, BookQuery, BookReader, BookRepository, BookSort, ChangedBook,
    CoverImageUrl, DeletedBook, Isbn, NewBook, Price, Restock, Round, SearchText, SortDirection, StockQuantity, Title,
};
use domain::{Page, RepositoryError, Text, Timestamp};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, LockType, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::Repositories;
use crate::delivery::CHANNEL;
use crate::entity::book::{ActiveModel, Column, Entity, Model};
use crate::entity::restock;
use crate::error::{is_foreign_key_violation, is_unique_violation, repository_error};

#[async_trait]
impl<C: ConnectionTrait + Send> BookReader for Repositories<C> {
    async fn find(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        let row = Entity::find_by_id(id.get()).one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(Book::from))
    }

    async fn list(&self, query: &BookQuery) -> Result<Page<Book>, RepositoryError> {
        let matching = Entity::find().filter(matches(&query.filter, self.connection.get_database_backend()));
        let total = matching.clone().count(&self.connection).await.map_err(repository_error)?;
        let column = match query.sort {
            BookSort::Title => Column::Title,
            BookSort::Author => Column::Author,
            BookSort::Price => Column::PriceCents,
            BookSort::CreatedAt => Column::CreatedAt,
        };
        let order = match query.direction {
            SortDirection::Ascending => Order::Asc,
            SortDirection::Descending => Order::Desc,
        };
        let rows = matching
            .order_by(column, order.clone())
            .order_by(Column::Id, order)
            .offset(query.page.offset())
            .limit(u64::from(query.page.size.get()))
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(Page { items: rows.into_iter().map(Book::from).collect(), total })
    }
}

fn matches(filter: &BookFilter, backend: DbBackend) -> Condition {
    let text = filter.text.as_ref().map(|part| {
        Condition::any().add(contains(Column::Title, part, backend)).add(contains(Column::Author, part, backend))
    });
    let in_stock = filter
        .in_stock
        .map(|in_stock| if in_stock { Column::StockQuantity.gt(0) } else { Column::StockQuantity.eq(0) });
    Condition::all()
        .add_option(text)
        .add_option(filter.author.as_ref().map(|part| contains(Column::Author, part, backend)))
        .add_option(in_stock)
        .add_option(filter.min_price_cents.map(|cents| Column::PriceCents.gte(cents)))
        .add_option(filter.max_price_cents.map(|cents| Column::PriceCents.lte(cents)))
}

/// Whether a column holds a part of a text, in any case of any script. The engines have no statement for that in common.
fn contains(column: Column, part: &SearchText, backend: DbBackend) -> Expr {
    let part = part.as_str();
    if backend == DbBackend::Sqlite {
        let pattern = format!("(?i){}", regex_syntax::escape(part));
        return Expr::col(column).binary(BinOper::Custom("REGEXP"), Expr::value(pattern));
    }
    let escaped = part.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    // A sigma at the end of a word has a lower case of its own, and the end of a part is not the end of a word. The indexes on
    // trigrams are over this very expression.
    Expr::cust_with_exprs(
        r#"translate(lower($1), 'ς', 'σ') LIKE translate(lower($2 COLLATE "und-x-icu"), 'ς', 'σ')"#,
        [Expr::col(column), Expr::value(format!("%{escaped}%"))],
    )
}

#[async_trait]
impl<C: ConnectionTrait + Send> BookRepository for Repositories<C> {
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
        // The index on ISBNs is over an expression, which no conflict target can name.
        // All of the one row: SQLite commits behind the last, and whoever stops at the first is not told when that fails.
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
        match Entity::delete_by_id(id.get()).exec(&self.connection).await {
            Ok(result) if result.rows_affected == 0 => Ok(DeletedBook::NotFound),
            Ok(_) => Ok(DeletedBook::Deleted),
            Err(error) if is_foreign_key_violation(&error) => Ok(DeletedBook::HasPreBookings),
            Err(error) => Err(repository_error(error)),
        }
    }

    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        // Not FOR UPDATE: the foreign keys of placements hold FOR KEY SHARE, which a flood of them would never let go.
        let locked = Entity::find_by_id(id.get()).lock(LockType::NoKeyUpdate);
        Ok(locked.one(&self.connection).await.map_err(repository_error)?.map(Book::from))
    }

    async fn save_stock(&self, book: &Book) -> Result<(), RepositoryError> {
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
        let mut insert = restock::Entity::insert(row).into_query();
        if self.connection.get_database_backend() == DbBackend::Sqlite {
            self.signal.tell_process();
        } else {
            // In the same statement, which saves a round trip.
            insert.returning(
                Query::returning().expr(Func::cust("pg_notify").args([Expr::value(CHANNEL), Expr::value("")])),
            );
        }
        self.connection.query_all(&insert).await.map_err(repository_error)?;
        Ok(())
    }
}

fn isbn_column(isbn: Option<Isbn>) -> Option<String> {
    isbn.map(|isbn| isbn.as_str().to_owned())
}

fn description_column(description: Option<domain::book::Description>) -> Option<String> {
    description.map(|description| description.as_str().to_owned())
}

fn cover_image_url_column(url: Option<CoverImageUrl>) -> Option<String> {
    url.map(|url| url.as_str().to_owned())
}

impl From<Model> for Book {
    fn from(row: Model) -> Self {
        Self {
            id: BookId::from_stored(row.id),
            details: BookDetails {
                title: Title::from_stored(row.title),
                author: Text::from_stored(row.author),
                price: Price::from_stored(row.price_cents),
                isbn: row.isbn.map(Isbn::from_stored),
                description: row.description.map(Text::from_stored),
                cover_image_url: row.cover_image_url.map(CoverImageUrl::from_stored),
                publish_date: row.publish_date,
            },
            stock_quantity: StockQuantity::from_stored(row.stock_quantity),
            round: Round::from_stored(row.round),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
