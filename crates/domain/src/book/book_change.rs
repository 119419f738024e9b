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

impl BookChange {
    /// Returns the names of the details that it writes, as the API calls them.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        [
            ("title", self.title.is_some()),
            ("author", self.author.is_some()),
            ("price", self.price.is_some()),
            ("isbn", self.isbn.is_some()),
            ("description", self.description.is_some()),
            ("cover_image_url", self.cover_image_url.is_some()),
            ("publish_date", self.publish_date.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_written)| is_written.then_some(name))
        .collect()
    }
}
