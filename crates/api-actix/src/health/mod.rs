//! Whether the program lives, and whether it can serve.

mod live;
mod ready;

pub(crate) use live::{__path_live, live};
pub(crate) use ready::{__path_ready, ready};
