//! Connections to PostgreSQL. Every wait has a limit on this side, and a connection that may be in a transaction or in the middle of
//! a statement is never used again.

mod lease;
mod opener;
mod pool;
mod session;

pub(crate) use lease::Lease;
pub(crate) use opener::{Accepts, POOLER, READ_ONLY, SLOW_STATEMENT, for_searches, with_limits};
pub use pool::PoolUsage;
pub(crate) use pool::PostgresPool;
pub(crate) use session::OutcomeUnknown;
