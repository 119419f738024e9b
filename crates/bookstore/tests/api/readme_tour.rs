//! Runs the shell lines of the README's first tour.

use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;
use test_support::{Suite, tests};

use crate::support::Program;

pub(crate) fn suite() -> Suite {
    tests![the_tour_ends_with_an_email_to_the_customer]
}

const README: &str = include_str!("../../../../README.md");

/// The shell lines under the heading of the tour.
fn tour() -> &'static str {
    let (_, section) = README.split_once("## A first tour").unwrap();
    let (_, from_first_line) = section.split_once("```sh\n").unwrap();
    from_first_line.split_once("```").unwrap().0
}

async fn the_tour_ends_with_an_email_to_the_customer() {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &[("RATE_LIMIT", "on")]);
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", tour()]).current_dir(directory.path()).env("API", &program.url);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{output:?}");

    let answers = String::from_utf8(output.stdout).unwrap();
    let (answers, mail) = answers.split_at(answers.find("From:").unwrap());
    let answers: Vec<Value> = serde_json::Deserializer::from_str(answers).into_iter().map(Result::unwrap).collect();
    let [placed, restocked, list] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(placed["status"], "waiting");
    assert_eq!(restocked["restocked"], true);
    assert_eq!(list["items"][0]["id"], placed["id"]);
    assert_eq!(list["items"][0]["status"], "notified");
    assert_eq!(list["items"][0]["delivery"]["status"], "delivered");
    assert!(mail.contains("Subject: Back in stock: Solaris\r\n") && mail.contains("\r\nTo: ada"), "{mail}");
}
