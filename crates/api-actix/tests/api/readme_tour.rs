//! The first tour of the README, by the very lines that stand there.

use std::process::Command;

use test_support::{Suite, tests};

use crate::support::Bookstore;

pub(crate) fn suite() -> Suite {
    tests![the_tour_of_the_readme_ends_with_a_notified_customer]
}

const README: &str = include_str!("../../../../README.md");

/// The shell lines under the heading of the tour.
fn tour() -> &'static str {
    let (_, section) = README.split_once("## A first tour").unwrap();
    let (_, from_first_line) = section.split_once("```sh\n").unwrap();
    from_first_line.split_once("```").unwrap().0
}
