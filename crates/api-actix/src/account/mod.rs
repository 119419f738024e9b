//! The endpoints for accounts.

mod body;
mod deactivate;
mod end_session;
mod list_sessions;
mod list_users;
mod log_in;
mod log_out;
mod log_out_everywhere;
mod me;
mod reactivate;
mod refresh;
mod register;

pub(crate) use deactivate::{__path_deactivate, deactivate};
pub(crate) use end_session::{__path_end_session, end_session};
pub(crate) use list_sessions::{__path_list_sessions, list_sessions};
pub(crate) use list_users::{__path_list_users, list_users};
pub(crate) use log_in::{__path_log_in, log_in};
pub(crate) use log_out::{__path_log_out, log_out};
pub(crate) use log_out_everywhere::{__path_log_out_everywhere, log_out_everywhere};
pub(crate) use me::{__path_me, me};
pub(crate) use reactivate::{__path_reactivate, reactivate};
pub(crate) use refresh::{__path_refresh, refresh};
pub(crate) use register::{__path_register, register};
