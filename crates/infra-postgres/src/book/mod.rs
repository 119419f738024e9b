//! The catalog and its stock.

mod reader;
mod replica;
mod repository;
mod stock_repository;

use domain::Text;
use domain::book::{Author, Book, BookDetails, BookId, CoverImageUrl, Isbn, Price, Round, StockQuantity, Title};

use crate::entity::book::Model;

pub use replica::CatalogReplica;

impl From<Model> for Book {
    fn from(row: Model) -> Self {
        Self {
            id: BookId::from_stored(row.id),
            details: BookDetails {
                title: Title::from_stored(row.title),
                author: Author::from_stored(row.author),
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
