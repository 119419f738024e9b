//! The rules of the pre-booking service, independent of any store, transport or runtime.
//!
//! Each folder is a feature; each file is a model, a port or a use case. Dependencies point inwards: adapters
//! implement the ports of this crate, and this crate knows no adapter.
//!
//! - **Models** decide. A rule is a method of a model, and a status changes only through a transition.
//! - **Ports** are traits. A *repository* writes; a *reader* only reads, outside any transaction. Both fail with
//!   [`RepositoryError`] and nothing else.
//! - **Use cases** are free functions, one per file. They take their ports first, as `&dyn` trait objects, and
//!   their input last. They call ports and models in the right order and decide nothing themselves. A use case that
//!   writes more than one row goes through a [`UnitOfWork`]. Its error enum has one variant per reason; a use case that
//!   only the store can fail returns [`RepositoryError`].

pub mod account;
pub mod account_mail;
pub mod audit;
pub mod book;
mod clean_up;
mod clock;
pub mod delivery;
mod id;
mod invalid_value;
mod label;
mod leftover_repository;
pub mod limit;
mod page;
mod peer_network;
pub mod pre_booking;
mod repository_error;
mod store_health;
mod text;
mod unit_of_work;

#[cfg(test)]
mod testing;

pub use clean_up::{CleanedUp, clean_up};
pub use clock::{Clock, Timestamp};
pub use invalid_value::InvalidValue;
pub use label::Label;
pub use leftover_repository::LeftoverRepository;
pub use page::{Page, PageRequest, PageSize};
pub use peer_network::PeerNetwork;
pub use repository_error::RepositoryError;
pub use store_health::{StoreHealth, StoreState};
pub use text::Text;
pub use unit_of_work::{UnitOfWork, UnitOfWorkFactory};
