//! A mail server that says nothing. The clock is the test's own from the moment on that it falls silent.

use std::time::Duration;

use domain::delivery::{ClaimedDelivery, MailServerTrouble, Reply};
use test_support::{MailServer, Step, Verdict};
use tokio::time::{Instant, pause, resume};

use crate::support::{accepted, mailer, send_one};

/// What comes of a letter at whose step the server falls silent, and how long that takes.
async fn silence_at(server: &MailServer, step: Step) -> (Result<Reply, MailServerTrouble>, Duration) {
    server.at(step, Verdict::Hold);
    let mailer = mailer(&server.url(), 1);
    let sending = tokio::spawn(async move {
        let reply = send_one(&mailer).await;
        (reply, mailer)
    });
    server.until_held(step).await;
    pause();
    let start = Instant::now();
    let (reply, mailer) = sending.await.unwrap();
    let took = start.elapsed();
    resume();
    server.carry_on();
    assert_eq!(send_one(&mailer).await, Ok(accepted()), "{step:?}");
    (reply, took)
}

#[tokio::test]
async fn silence_before_the_recipient_is_the_servers_trouble() {
    for step in [Step::Greeting, Step::Hello, Step::MailFrom] {
        let server = MailServer::start().unwrap();
        let (reply, took) = silence_at(&server, step).await;
        assert!(reply.is_err(), "{step:?}: {reply:?}");
        assert!(took <= Duration::from_secs(31), "{step:?}: {took:?}");
    }
}

#[tokio::test]
async fn silence_behind_it_defers_the_letter_while_the_claim_holds() {
    for step in [Step::RcptTo, Step::Data, Step::Content, Step::Taken] {
        let server = MailServer::start().unwrap();
        let (reply, took) = silence_at(&server, step).await;
        assert!(matches!(reply, Ok(Reply::Deferred(_))), "{step:?}: {reply:?}");
        let limit = ClaimedDelivery::SEND_TIMEOUT.to_std().unwrap();
        assert!(took < limit, "{step:?}: {took:?}");
    }
}

/// The server has said what it thinks of the letter, and that counts.
#[tokio::test]
async fn silence_behind_a_refusal_leaves_it_a_refusal() {
    let server = MailServer::start().unwrap();
    server.at(Step::RcptTo, Verdict::say("550 5.1.1 no such user"));
    let (reply, _) = silence_at(&server, Step::Reset).await;
    assert!(matches!(reply, Ok(Reply::Refused(_))), "{reply:?}");
}
