//! Who may do what. The routes are taken from the document, so that none is forgotten.

mod access_tokens;
mod operations;
mod routes;
mod timing;

use test_support::Suite;

pub(crate) use operations::Operation;

pub(crate) fn suite() -> Suite {
    access_tokens::suite().and(routes::suite()).and(timing::suite())
}
