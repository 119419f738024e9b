//! The endpoints for deliveries, and the part of a delivery that its user sees.

mod body;
mod find;
mod list;
mod list_restocks;
mod retry;
mod retry_all;
mod summary;

pub(crate) use find::{__path_find, DeliveryWithAttempts, find};
pub(crate) use list::{__path_list, list};
pub(crate) use list_restocks::{__path_list_restocks, list_restocks};
pub(crate) use retry::{__path_retry, retry};
pub(crate) use retry_all::{__path_retry_all, retry_all};
pub(crate) use summary::DeliverySummaryBody;
