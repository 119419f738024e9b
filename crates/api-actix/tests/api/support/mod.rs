//! What the tests share: a whole server of their own, people who call it, and what they expect it to answer.

mod answer;
mod bystander;
mod caller;
mod checks;
mod log_watch;
mod problem;
mod program;
mod raw;
mod store;
mod test_app;
mod token;

pub(crate) use answer::Answer;
pub(crate) use bystander::Bystander;
pub(crate) use caller::Caller;
pub(crate) use checks::{all_are, all_at_once, assert_time, assert_tokens, changed, ids, notified, sorted, text};
pub(crate) use log_watch::LogWatch;
pub(crate) use problem::{Problem, invalid, problem};
pub(crate) use program::{Program, run};
pub(crate) use raw::RawConnection;
pub(crate) use store::{drop_database, execute, query_texts};
pub(crate) use test_app::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, PASSWORD, TestApp};
pub(crate) use token::{decode, hash_of, load_session, load_users, sign};
