//! The catalog: books, their stock, and restocks.

mod add;
mod book_change;
mod book_query;
mod book_reader;
mod book_repository;
mod change;
mod cover_image_url;
mod delete;
mod find;
mod isbn;
mod list;
mod model;
mod price;
mod set_stock;
mod stock_change;
mod stock_quantity;
mod stock_repository;

pub use add::{AddBookError, add};
pub use book_change::BookChange;
pub use book_query::{BookFilter, BookQuery, BookSort, SearchText, SortDirection};
pub use book_reader::BookReader;
#[cfg(test)]
pub(crate) use book_reader::MockBookReader;
#[cfg(test)]
pub(crate) use book_repository::MockBookRepository;
pub use book_repository::{BookRepository, ChangedBook, DeletedBook};
pub use change::{ChangeBookError, change};
pub use cover_image_url::CoverImageUrl;
pub use delete::{DeleteBookError, delete};
pub use find::{FindBookError, find};
pub use isbn::Isbn;
pub use list::list;
pub use model::{Author, Book, BookDetails, BookId, Description, NewBook, Round, Title};
pub use price::Price;
pub use set_stock::{SetStockError, set_stock};
pub use stock_change::{Restock, RestockId, StockChange};
pub use stock_quantity::StockQuantity;
#[cfg(test)]
pub(crate) use stock_repository::MockStockRepository;
pub use stock_repository::StockRepository;
