//! Deliveries: the messages that tell users that a book is back.
//!
//! A restock that was committed is all that starts them. [`fan_out`] makes a delivery for each pre-booking that the restock
//! notified, [`claim`] hands some of them to one worker, [`send`] gives one to the mail server, and [`settle`] records what
//! became of it.

mod claim;
mod claimed_delivery;
mod delivery_query;
mod delivery_reader;
mod delivery_repository;
mod fan_out;
mod fan_out_progress;
mod find;
mod jitter;
mod letter;
mod list;
mod list_restocks;
mod mailer;
mod model;
mod restock_signal;
mod retry;
mod retry_policy;
mod send;
mod settle;

pub use claim::{ClaimError, claim, release};
pub use claimed_delivery::{Attempt, AttemptOutcome, ClaimedDelivery, Settlement};
pub use delivery_query::{DeliveryQuery, RestockQuery};
#[cfg(test)]
pub(crate) use delivery_reader::MockDeliveryReader;
pub use delivery_reader::{DeliveryCounts, DeliveryReader, RestockReport};
#[cfg(test)]
pub(crate) use delivery_repository::MockDeliveryRepository;
pub use delivery_repository::{DeliveryBatch, DeliveryRepository, RetriedBatch};
pub use fan_out::{FanOutError, FannedOut, fan_out};
pub use fan_out_progress::{FanOutProgress, FanOutStage};
pub use find::{FindDeliveryError, find};
pub use jitter::Jitter;
pub use letter::{Letter, Prospect, SkipReason};
pub use list::{DeliveryPage, ListDeliveriesError, list};
pub use list_restocks::{ListRestocksError, RestockPage, list_restocks};
#[cfg(test)]
pub(crate) use mailer::MockMailer;
pub use mailer::{MailServerTrouble, Mailer, Reply};
pub use model::{AlreadyDelivered, Delivery, DeliveryId, DeliveryState, DeliveryStatus, DeliverySummary};
pub use restock_signal::RestockSignal;
pub use retry::{RetryAllError, RetryError, retry, retry_all};
pub use retry_policy::RetryPolicy;
pub use send::{SendError, Sent, send};
pub use settle::{SettleError, settle};
