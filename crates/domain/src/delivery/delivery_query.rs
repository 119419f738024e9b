use super::{DeliveryId, DeliveryStatus};
use crate::PageSize;
use crate::book::{BookId, RestockId};

/// Which deliveries are asked for, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only those of this status.
    pub status: Option<DeliveryStatus>,
    /// Only those of this book.
    pub book_id: Option<BookId>,
    /// Only those behind this one.
    pub after: Option<DeliveryId>,
    /// At most this many.
    pub limit: PageSize<500>,
}

/// Which restocks are asked for, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestockQuery {
    /// Only those of this book.
    pub book_id: Option<BookId>,
    /// Only those behind this one.
    pub after: Option<RestockId>,
    /// At most this many. Whom each notified is counted, so it is a short list.
    pub limit: PageSize<100>,
}
