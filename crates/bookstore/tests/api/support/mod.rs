//! What the tests share: a whole server, its users, and the responses that they expect.

mod answer;
mod caller;
mod checks;
mod gates;
mod log_watch;
mod problem;
mod program;
mod raw;
mod store;
mod test_app;
mod token;

pub(crate) use answer::Answer;
pub(crate) use caller::Caller;
pub(crate) use checks::{all_are, all_at_once, assert_time, assert_tokens, changed, ids, notified, sorted, text};
pub(crate) use gates::Gates;
pub(crate) use log_watch::LogWatch;
pub(crate) use problem::{Problem, invalid, problem};
pub(crate) use program::{Program, run, run_with_input};
pub(crate) use raw::{RawAnswer, RawConnection};
pub(crate) use store::{add_books, drop_database, execute, lock_the_books, query_texts};
pub(crate) use test_app::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, PASSWORD, TestApp};
pub(crate) use test_support::Bystander;
pub(crate) use token::{decode, hash_of, load_session, load_session_of, load_users, sign, user_id};
