//! Deliveries: the e-mails that tell users that a book is back in stock.
//!
//! They start with a committed restock. [`fan_out`] adds a delivery for each pre-booking that the restock notified,
//! [`claim`] reserves some of them for one worker, [`send`] sends one of these, and [`settle`] records the result.

mod backlog;
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
mod settlement;

pub use backlog::{Backlog, BacklogReader};
pub use claim::{claim, release};
pub use claimed_delivery::{Claim, ClaimedDelivery};
pub use delivery_query::{DeliveryQuery, RestockQuery};
#[cfg(test)]
pub(crate) use delivery_reader::MockDeliveryReader;
pub use delivery_reader::{DeliveryCounts, DeliveryReader, RestockReport};
#[cfg(test)]
pub(crate) use delivery_repository::MockDeliveryRepository;
pub use delivery_repository::{DeliveryRepository, RetriedBatch};
pub use fan_out::{FannedOut, fan_out};
pub use fan_out_progress::{DeliveryBatch, FanOutProgress, FanOutStage};
pub use find::{FindDeliveryError, find};
pub use jitter::Jitter;
pub use letter::{Letter, Prospect, SkipReason};
pub use list::{DeliveryPage, list};
pub use list_restocks::{RestockPage, list_restocks};
#[cfg(test)]
pub(crate) use mailer::MockMailer;
pub use mailer::{MailServerTrouble, Mailer, Reply};
pub use model::{AlreadyDelivered, Delivery, DeliveryId, DeliveryState, DeliveryStatus, DeliverySummary};
pub use restock_signal::RestockSignal;
pub use retry::{RetryError, retry, retry_all};
pub use retry_policy::RetryPolicy;
pub use send::{SendError, Sent, send};
pub use settle::settle;
pub use settlement::{Attempt, AttemptOutcome, Finding, Settlement};
