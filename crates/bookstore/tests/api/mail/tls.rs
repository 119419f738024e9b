//! Encrypted connections to the mail server.

use tempfile::tempdir;
use test_support::{Certificate, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{counts, environment, until_counted};
use super::trouble::{IN_TROUBLE, WAITERS, assert_everything_arrives, assert_nothing_was_tried, restock};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Program};

pub(crate) fn suite() -> Suite {
    tests![
        mails_are_sent_over_tls_to_a_server_that_is_trusted,
        a_server_that_is_not_trusted_gets_nothing,
        what_was_said_before_tls_is_no_reply_to_what_is_said_after_it,
    ]
}

/// Starts the program so that it trusts this authority.
fn start(database: &TestDatabase, directory: &std::path::Path, url: &str, authority: &std::path::Path) -> Program {
    let trust = [("SSL_CERT_FILE", authority.to_str().unwrap())];
    Program::start(directory, &[&environment(database, url)[..], &trust].concat())
}

async fn mails_are_sent_over_tls_to_a_server_that_is_trusted(database: TestDatabase) {
    let certificate = Certificate::for_localhost().unwrap();
    let started = [MailServer::start_with_starttls(&certificate), MailServer::start_with_implicit_tls(&certificate)];
    for mails in started.map(Result::unwrap) {
        let directory = tempdir().unwrap();
        let program = start(&database, directory.path(), &mails.tls_url(), &certificate.authority());
        let book = restock(&program, &database).await;
        let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        until_counted(&admin, &book, &counts(0, WAITERS, 0, 0)).await;
        assert_eq!(mails.mail_count(), WAITERS);
    }
}

async fn a_server_that_is_not_trusted_gets_nothing(database: TestDatabase) {
    let certificate = Certificate::for_localhost().unwrap();
    let stranger = Certificate::for_localhost().unwrap();
    let mails = MailServer::start_with_starttls(&certificate).unwrap();
    let by_address = mails.tls_url().replace("localhost", "127.0.0.1");
    for (url, authority) in [(mails.tls_url(), stranger.authority()), (by_address, certificate.authority())] {
        let directory = tempdir().unwrap();
        let mut program = start(&database, directory.path(), &url, &authority);
        if mails.connections() == 0 {
            restock(&program, &database).await;
        }
        program.wait_for_log(IN_TROUBLE);
        assert!(program.stop().contains("certificate"), "{url}");
        assert_eq!(mails.mail_count(), 0);
    }
}

/// An attacker on the network adds replies to the last one that is not encrypted. If they were taken for the replies to what is sent
/// over TLS, each real reply would be taken for the next command, and a refusal for what was said before it.
async fn what_was_said_before_tls_is_no_reply_to_what_is_said_after_it(database: TestDatabase) {
    let certificate = Certificate::for_localhost().unwrap();
    let mails = MailServer::start_with_starttls(&certificate).unwrap();
    let directory = tempdir().unwrap();
    mails.at(Step::StartTls, Verdict::say("220 ready\r\n250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8"));
    mails.at(Step::Content, Verdict::say("550 5.7.1 refused"));
    let mut program = start(&database, directory.path(), &mails.tls_url(), &certificate.authority());
    let book = restock(&program, &database).await;
    program.wait_for_log(IN_TROUBLE);
    assert_nothing_was_tried(&program, &book).await;
    mails.carry_on();
    assert_everything_arrives(&program, &book, &mails).await;
}
