use async_trait::async_trait;
use domain::book::{Book, BookFilter, BookId, BookQuery, BookReader, BookSort, SearchText, SortDirection};
use domain::{Page, RepositoryError};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::entity::book::{Column, Entity};
use crate::error::repository_error;
use crate::{Pool, Store};

#[async_trait]
impl BookReader for Store {
    async fn find(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        let row = Entity::find_by_id(id.get()).one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(Book::from))
    }

    async fn list(&self, query: &BookQuery) -> Result<Page<Book>, RepositoryError> {
        list(&self.connection, query).await.map_err(repository_error)
    }
}

/// Returns a page of the books that match.
pub(super) async fn list(pool: &Pool, query: &BookQuery) -> Result<Page<Book>, DbErr> {
    let connection = if query.is_search() { pool.for_searches() } else { pool };
    let matching = Entity::find().filter(matches(&query.filter, connection.get_database_backend()));
    let total = count(&matching, connection).await?;
    if total < BookQuery::MAX_COUNTED && query.page.offset() >= total {
        // Don't search again: what finds nothing takes longest.
        return Ok(Page { items: Vec::new(), total });
    }
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
        .all(connection)
        .await?;
    Ok(Page { items: rows.into_iter().map(Book::from).collect(), total })
}

/// Counts the books that match, up to the maximum.
async fn count(matching: &Select<Entity>, connection: &Pool) -> Result<u64, DbErr> {
    let first = matching.clone().select_only().column(Column::Id).limit(BookQuery::MAX_COUNTED).into_query();
    let number = Query::select().expr(Expr::cust("count(*)")).from_subquery(first, "first").take();
    let row = connection.query_one(&number).await?;
    let number: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(number.unsigned_abs())
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

/// Returns the condition that a column contains a text, in any case of any script. The engines share no expression for it.
fn contains(column: Column, part: &SearchText, backend: DbBackend) -> Expr {
    let part = part.as_str();
    if backend == DbBackend::Sqlite {
        let pattern = format!("(?i){}", regex_syntax::escape(part));
        return Expr::col(column).binary(BinOper::Custom("REGEXP"), Expr::value(pattern));
    }
    let escaped = part.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    // Sigma has another lower-case form at the end of a word, and a search text may end inside a word. The trigram indexes
    // are on exactly this expression.
    Expr::cust_with_exprs(
        r#"translate(lower($1), 'ς', 'σ') LIKE translate(lower($2 COLLATE "und-x-icu"), 'ς', 'σ')"#,
        [Expr::col(column), Expr::value(format!("%{escaped}%"))],
    )
}
