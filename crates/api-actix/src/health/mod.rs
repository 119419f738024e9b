//! Whether the process runs, and whether it can serve requests.

mod live;
mod ready;

pub(crate) use live::{__path_live, live};
pub(crate) use ready::{__path_ready, ready};
