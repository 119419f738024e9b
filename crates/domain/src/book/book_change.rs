use chrono::NaiveDate;

use super::{Author, CoverImageUrl, Description, Isbn, Price, Title};

/// The details of a book that are to change. `None` leaves one as it is; `Some(None)` clears an optional one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookChange {
    /// The new title.
    pub title: Option<Title>,
    /// The new author.
    pub author: Option<Author>,
    /// The new price.
    pub price: Option<Price>,
    /// The new ISBN, or none.
    pub isbn: Option<Option<Isbn>>,
    /// The new description, or none.
    pub description: Option<Option<Description>>,
    /// The new address of the cover's picture, or none.
    pub cover_image_url: Option<Option<CoverImageUrl>>,
    /// The new day of publication, or none.
    pub publish_date: Option<Option<NaiveDate>>,
}
