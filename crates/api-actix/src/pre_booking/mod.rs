//! A user's pre-bookings over HTTP.

mod body;
mod cancel;
mod cursor;
mod find;
mod list;
mod place;

pub(crate) use cancel::{__path_cancel, cancel};
pub(crate) use find::{__path_find, find};
pub(crate) use list::{__path_list, list};
pub(crate) use place::{__path_place, place};
