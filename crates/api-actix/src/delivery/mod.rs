//! Deliveries over HTTP: for admins, and what users see of their own.

mod summary;

pub(crate) use summary::DeliverySummaryBody;
