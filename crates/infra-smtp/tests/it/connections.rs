//! Connections are used again.

use std::sync::Arc;

use domain::delivery::{Mailer as _, Reply};
use test_support::{MailServer, Step, Verdict};

use crate::support::{accepted, letter, mailer, send_one};

#[tokio::test]
async fn one_connection_serves_many_mails() {
    let server = MailServer::start().unwrap();
    let mailer = mailer(&server.url(), 5);
    for _ in 0..20 {
        assert_eq!(send_one(&mailer).await, Ok(accepted()));
    }
    assert_eq!((server.connections(), server.mail_count()), (1, 20));
}

#[tokio::test]
async fn opens_no_more_connections_than_allowed() {
    let server = MailServer::start().unwrap();
    server.at(Step::RcptTo, Verdict::Hold);
    let mailer = Arc::new(mailer(&server.url(), 3));
    let sending: Vec<_> = (0..20)
        .map(|_| {
            let mailer = Arc::clone(&mailer);
            tokio::spawn(async move { send_one(&mailer).await })
        })
        .collect();
    server.until_so_many_are_held(Step::RcptTo, 3).await;
    server.carry_on();
    for sent in sending {
        assert_eq!(sent.await.unwrap(), Ok(accepted()));
    }
    assert_eq!((server.connections(), server.most_connections_at_once(), server.mail_count()), (3, 3, 20));
}

/// With the 421 that mail servers send after some idle minutes, and without.
#[tokio::test]
async fn a_closed_idle_connection_is_replaced() {
    for parting in [Verdict::HangUp, Verdict::say("421 4.4.2 idle for too long")] {
        let server = MailServer::start().unwrap();
        server.at(Step::Answered, parting.clone());
        let mailer = mailer(&server.url(), 1);
        assert_eq!(send_one(&mailer).await, Ok(accepted()));
        server.until_nobody_is_connected().await;
        assert_eq!(send_one(&mailer).await, Ok(accepted()), "{parting:?}");
        assert_eq!((server.connections(), server.mail_count()), (2, 2));
    }
}

/// It does not try new connections forever.
#[tokio::test]
async fn a_server_that_closes_every_connection_is_in_trouble() {
    let server = MailServer::start().unwrap();
    let mailer = mailer(&server.url(), 1);
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
    for verdict in [Verdict::HangUp, Verdict::say("421 4.3.2 going down")] {
        server.at(Step::MailFrom, verdict);
        assert!(send_one(&mailer).await.is_err());
    }
    server.carry_on();
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
}

#[tokio::test]
async fn a_connection_is_used_again_after_a_refusal() {
    for step in [Step::RcptTo, Step::Data, Step::Content] {
        let server = MailServer::start().unwrap();
        server.at_for(step, "eve@example.com", Verdict::say("550 5.1.1 no such user"));
        let mailer = mailer(&server.url(), 1);
        for _ in 0..3 {
            let reply = mailer.send(&letter(1, "eve@example.com")).await;
            assert!(matches!(reply, Ok(Reply::Refused(_))), "{step:?}: {reply:?}");
            assert_eq!(send_one(&mailer).await, Ok(accepted()), "{step:?}");
        }
        assert_eq!((server.connections(), server.mail_count()), (1, 3), "{step:?}");
    }
}

#[tokio::test]
async fn a_connection_is_replaced_if_its_reset_fails() {
    for verdict in [Verdict::HangUp, Verdict::say("500 what?")] {
        let server = MailServer::start().unwrap();
        server.at_for(Step::RcptTo, "eve@example.com", Verdict::say("550 5.1.1 no such user"));
        server.at(Step::Reset, verdict);
        let mailer = mailer(&server.url(), 1);
        let reply = mailer.send(&letter(1, "eve@example.com")).await;
        assert!(matches!(reply, Ok(Reply::Refused(_))), "{reply:?}");
        assert_eq!(send_one(&mailer).await, Ok(accepted()));
        assert_eq!(server.connections(), 2);
    }
}
