//! The link in e-mails that ends them.

mod confirm;
mod one_click;
mod page;

pub(crate) use confirm::{__path_confirm, confirm};
pub(crate) use one_click::{__path_unsubscribe, unsubscribe};
