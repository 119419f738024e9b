//! The tables and views.

pub(crate) mod account_mail;
pub(crate) mod audit_record;
pub(crate) mod book;
pub(crate) mod delivery;
pub(crate) mod delivery_attempt;
pub(crate) mod link;
pub(crate) mod pre_booking;
pub(crate) mod pre_booking_status;
pub(crate) mod refresh_token;
pub(crate) mod restock;
pub(crate) mod service_key;
pub(crate) mod session;
pub(crate) mod user;
