use super::{DeliveryId, DeliveryStatus};
use crate::PageSize;
use crate::book::{BookId, RestockId};

/// A query for deliveries, newest first. A delivery must match all conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only deliveries with this status.
    pub status: Option<DeliveryStatus>,
    /// Only deliveries about this book.
    pub book_id: Option<BookId>,
    /// Only deliveries after this one.
    pub after: Option<DeliveryId>,
    /// The most deliveries to return.
    pub limit: PageSize<500>,
}

/// A query for restocks, newest first. A restock must match all conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestockQuery {
    /// Only restocks of this book.
    pub book_id: Option<BookId>,
    /// Only restocks after this one.
    pub after: Option<RestockId>,
    /// The most restocks to return: few, because the deliveries of each are counted.
    pub limit: PageSize<100>,
}
