//! The catalog: books, their stock, and the restocks that end their rounds.

mod add_book;
mod book_change;
mod book_query;
mod book_reader;
mod book_repository;
mod change_book;
mod cover_image_url;
mod delete_book;
mod find_book;
mod isbn;
mod list_books;
mod model;
mod price;
mod set_stock;
mod stock_change;
mod stock_quantity;

pub use add_book::{AddBookError, add_book};
pub use book_change::BookChange;
pub use book_query::{BookFilter, BookQuery, BookSort, SearchText, SortDirection};
pub use book_reader::BookReader;
#[cfg(test)]
pub(crate) use book_reader::MockBookReader;
#[cfg(test)]
pub(crate) use book_repository::MockBookRepository;
pub use book_repository::{BookRepository, ChangedBook, DeletedBook};
pub use change_book::{ChangeBookError, change_book};
pub use cover_image_url::CoverImageUrl;
pub use delete_book::{DeleteBookError, delete_book};
pub use find_book::{FindBookError, find_book};
pub use isbn::Isbn;
pub use list_books::{ListBooksError, list_books};
pub use model::{Author, Book, BookDetails, BookId, Description, NewBook, Round, Title};
pub use price::Price;
pub use set_stock::{SetStockError, set_stock};
pub use stock_change::{Restock, RestockId, StockChange};
pub use stock_quantity::StockQuantity;
