use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{id, moment, sortable_text};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let table = Table::create()
            .table("books")
            .col(id())
            .col(sortable_text("title", backend).check(Expr::cust("length(title) BETWEEN 1 AND 500")))
            .col(sortable_text("author", backend).check(Expr::cust("length(author) BETWEEN 1 AND 255")))
            .col(
                ColumnDef::new("price_cents")
                    .big_integer()
                    .not_null()
                    .check(Expr::cust("price_cents BETWEEN 1 AND 9999999999")),
            )
            .col(ColumnDef::new("isbn").text().check(Expr::cust("length(isbn) IN (10, 13)")))
            .col(ColumnDef::new("description").text().check(Expr::cust("length(description) <= 10000")))
            .col(ColumnDef::new("cover_image_url").text().check(Expr::cust("length(cover_image_url) <= 2048")))
            .col(ColumnDef::new("publish_date").date())
            .col(
                ColumnDef::new("stock_quantity")
                    .integer()
                    .not_null()
                    .default(0)
                    .check(Expr::cust("stock_quantity >= 0")),
            )
            .col(ColumnDef::new("round").big_integer().not_null().default(0).check(Expr::cust("round >= 0")))
            .col(moment("created_at", backend))
            .col(moment("updated_at", backend))
            .to_owned();
        manager.create_table(table).await?;

        let db = manager.get_connection();
        // POST and PUT /books: no two books have the same ISBN. The first nine digits of an ISBN-10 are also in the book's
        // ISBN-13, after the prefix 978. So without their check digits the two are equal.
        db.execute_unprepared(
            "CREATE UNIQUE INDEX uq_books_isbn ON books \
             ((CASE WHEN length(isbn) = 10 THEN '978' || substr(isbn, 1, 9) ELSE substr(isbn, 1, 12) END))",
        )
        .await?;
        // GET /books sorts by each of these, and the id breaks ties.
        for column in ["title", "author", "price_cents", "created_at"] {
            let name = format!("ix_books_{column}");
            manager.create_index(Index::create().name(name).table("books").col(column).col("id").to_owned()).await?;
        }
        // GET /books?q= and ?author= search for parts of a text. SQLite has no such index.
        if backend == DbBackend::Postgres {
            db.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pg_trgm").await?;
            for column in ["title", "author"] {
                let folded = format!("translate(lower({column}), 'ς', 'σ')");
                let sql =
                    format!("CREATE INDEX ix_books_{column}_trigrams ON books USING gin (({folded}) gin_trgm_ops)");
                db.execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("books").to_owned()).await
    }
}
