//! Account mails: e-mails with a link that works once, to choose a new password or to verify an address.
//!
//! A request only writes that a mail is wanted. A worker claims it, makes the link, sends it with the
//! [`Mailer`](crate::delivery::Mailer) of deliveries, and records the result by the same rules. The token of a link is generated
//! when its mail is composed, so that no store, backup or log ever has it.

mod account_mail_repository;
mod claim;
mod link_letter;
mod model;
mod send;
mod settle;

pub use account_mail_repository::AccountMailRepository;
#[cfg(test)]
pub(crate) use account_mail_repository::MockAccountMailRepository;
pub use claim::{claim, release};
pub use link_letter::LinkLetter;
pub use model::{AccountMail, AccountMailId, ClaimedAccountMail, NewAccountMail};
pub use send::{SendAccountMailError, send};
pub use settle::settle;
