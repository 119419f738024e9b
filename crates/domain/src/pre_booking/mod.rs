//! Pre-bookings: users ask to be notified when a book is back in stock.

mod cancel;
mod find;
mod list;
mod list_of_book;
mod model;
mod place;
mod placement_rules;
mod pre_booking_query;
mod pre_booking_reader;
mod pre_booking_repository;
mod state;

pub use cancel::{CancelError, cancel};
pub use find::{FindPreBookingError, find};
pub use list::{PreBookingPage, list};
pub use list_of_book::{BookPreBookingPage, ListOfBookError, list_of_book};
pub use model::{AlreadyCancelled, BookInStock, NewPreBooking, PreBooking, PreBookingId};
pub use place::{PlaceError, place};
pub use placement_rules::PlacementRules;
pub use pre_booking_query::{BookPreBookingQuery, PreBookingPosition, PreBookingQuery};
#[cfg(test)]
pub(crate) use pre_booking_reader::MockPreBookingReader;
pub use pre_booking_reader::{PreBookedBook, PreBookingOfUser, PreBookingReader};
#[cfg(test)]
pub(crate) use pre_booking_repository::MockPreBookingRepository;
pub use pre_booking_repository::{AddedPreBooking, PreBookingRepository};
pub use state::{Cancellation, PreBookingState, PreBookingStatus};
