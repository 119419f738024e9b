//! The rules of the pre-booking service, free of any store, transport or runtime.
//!
//! One folder a feature, one file a model, a port or a use case. The arrows of the workspace point here:
//! adapters implement the ports of this crate, and this crate knows none of them.
//!
//! - **Models** decide. A rule is a method of a model, and a status changes only through a transition.
//! - **Ports** are traits: a *repository* writes, a *reader* only reads and runs outside any transaction.
//! - **Use cases** are free functions, one a file: their ports first, as `&dyn` trait objects, their input last.
//!   They sequence; writes of more than one row go through a [`UnitOfWork`].

pub mod account;
pub mod book;
mod clock;
pub mod delivery;
mod id;
mod invalid_value;
mod page;
pub mod pre_booking;
mod repository_error;
mod store_health;
mod text;
mod unit_of_work;

#[cfg(test)]
mod testing;

pub use clock::{Clock, Timestamp};
pub use invalid_value::InvalidValue;
pub use page::{Page, PageRequest, PageSize};
pub use repository_error::RepositoryError;
pub use store_health::{StoreHealth, StoreState};
pub use text::Text;
pub use unit_of_work::{UnitOfWork, UnitOfWorkFactory};
