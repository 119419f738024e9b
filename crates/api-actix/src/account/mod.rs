//! The endpoints for accounts.

mod body;
mod change_preferences;
mod deactivate;
mod erase;
mod export;
mod list_users;
mod log_in;
mod log_out;
mod me;
mod reactivate;
mod refresh;
mod register;

pub(crate) use change_preferences::{__path_change_preferences, change_preferences};
pub(crate) use deactivate::{__path_deactivate, deactivate};
pub(crate) use erase::{__path_erase, erase};
pub(crate) use export::{__path_export, export};
pub(crate) use list_users::{__path_list_users, list_users};
pub(crate) use log_in::{__path_log_in, log_in};
pub(crate) use log_out::{__path_log_out, log_out};
pub(crate) use me::{__path_me, me};
pub(crate) use reactivate::{__path_reactivate, reactivate};
pub(crate) use refresh::{__path_refresh, refresh};
pub(crate) use register::{__path_register, register};
