use chrono::NaiveDate;

use super::{Author, CoverImageUrl, Description, Isbn, Price, Title};

/// A change of a book's details. `None` leaves a detail unchanged; `Some(None)` clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookChange {
    /// The new title; it can't be cleared.
    pub title: Option<Title>,
    /// The new author; it can't be cleared.
    pub author: Option<Author>,
    /// The new price; it can't be cleared.
    pub price: Option<Price>,
    /// The new ISBN, which no other book may have.
    pub isbn: Option<Option<Isbn>>,
    /// The new summary of the book.
    pub description: Option<Option<Description>>,
    /// The new address of a picture of the cover.
    pub cover_image_url: Option<Option<CoverImageUrl>>,
    /// The new day of publication, in the past or the future.
    pub publish_date: Option<Option<NaiveDate>>,
}
