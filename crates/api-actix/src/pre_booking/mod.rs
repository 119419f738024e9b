//! The endpoints for pre-bookings: a user's own, and for admins those of a book.

mod body;
mod cancel;
mod find;
mod list;
mod list_of_book;
mod place;

pub(crate) use body::PreBookingBody;
pub(crate) use cancel::{__path_cancel, cancel};
pub(crate) use find::{__path_find, find};
pub(crate) use list::{__path_list, list};
pub(crate) use list_of_book::{__path_list_of_book, list_of_book};
pub(crate) use place::{__path_place, place};
