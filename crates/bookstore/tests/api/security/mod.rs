//! Authorization. The routes are those of the document, so none is forgotten.

mod access_tokens;
mod operations;
mod routes;
mod timing;

use test_support::Suite;

pub(crate) use operations::Operation;

pub(crate) fn suite() -> Suite {
    access_tokens::suite().and(routes::suite()).and(timing::suite())
}
