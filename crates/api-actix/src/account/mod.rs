//! The endpoints for accounts.

mod body;
mod change_password;
mod deactivate;
mod end_session;
mod forgot_password;
mod list_sessions;
mod list_users;
mod log_in;
mod log_out;
mod log_out_everywhere;
mod me;
mod reactivate;
mod refresh;
mod register;
mod request_verification;
mod reset_password;
mod verify_email;

pub(crate) use change_password::{__path_change_password, change_password};
pub(crate) use deactivate::{__path_deactivate, deactivate};
pub(crate) use end_session::{__path_end_session, end_session};
pub(crate) use forgot_password::{__path_forgot_password, forgot_password};
pub(crate) use list_sessions::{__path_list_sessions, list_sessions};
pub(crate) use list_users::{__path_list_users, list_users};
pub(crate) use log_in::{__path_log_in, log_in};
pub(crate) use log_out::{__path_log_out, log_out};
pub(crate) use log_out_everywhere::{__path_log_out_everywhere, log_out_everywhere};
pub(crate) use me::{__path_me, me};
pub(crate) use reactivate::{__path_reactivate, reactivate};
pub(crate) use refresh::{__path_refresh, refresh};
pub(crate) use register::{__path_register, register};
pub(crate) use request_verification::{__path_request_verification, request_verification};
pub(crate) use reset_password::{__path_reset_password, reset_password};
pub(crate) use verify_email::{__path_verify_email, verify_email};
