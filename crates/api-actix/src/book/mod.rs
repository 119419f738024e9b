//! The endpoints for the catalog.

mod add;
mod body;
mod change;
mod delete;
mod find;
mod list;
mod set_stock;

pub(crate) use add::{__path_add, add};
pub(crate) use change::{__path_change, change};
pub(crate) use delete::{__path_delete, delete};
pub(crate) use find::{__path_find, find};
pub(crate) use list::{__path_list, list};
pub(crate) use set_stock::{__path_set_stock, set_stock};
