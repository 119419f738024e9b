//! E-mails about restocks, from the change of a stock to the mail server, whatever fails in between.

mod accounts;
mod admin;
mod backlog;
mod killed;
mod killed_in_the_store;
mod mailroom;
mod promises;
mod replies;
mod silent;
mod stopped;
mod tls;
mod trouble;
mod unsubscribe;

use test_support::Suite;

pub(crate) use mailroom::{counts, until_counted};

pub(crate) fn suite() -> Suite {
    promises::suite()
        .and(accounts::suite())
        .and(replies::suite())
        .and(trouble::suite())
        .and(unsubscribe::suite())
        .and(admin::suite())
        .and(stopped::suite())
        .and(tls::suite())
        .and(silent::suite())
        .and(killed::suite())
        .and(killed_in_the_store::suite())
        .and(backlog::suite())
}
