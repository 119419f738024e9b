//! A mail server that falls silent. From then on the tests' own clock runs.

use std::time::Duration;

use domain::delivery::{ClaimedDelivery, Letter, MailServerTrouble, Mailer as _, Reply};
use test_support::{MailServer, Step, Verdict};
use tokio::time::{Instant, pause, resume};

use crate::support::{a_letter, accepted, letter, mailer, send_one};

/// Returns the result of an e-mail if the server falls silent at this step, and how long it takes.
async fn silence_at(server: &MailServer, step: Step) -> (Result<Reply, MailServerTrouble>, Duration) {
    silence_at_for(server, step, a_letter()).await
}

async fn silence_at_for(
    server: &MailServer,
    step: Step,
    letter: Letter,
) -> (Result<Reply, MailServerTrouble>, Duration) {
    server.at(step, Verdict::Hold);
    let mailer = mailer(&server.url(), 1);
    let sending = tokio::spawn(async move {
        let reply = mailer.send(&letter).await;
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
async fn silence_before_the_recipient_is_trouble() {
    for step in [Step::Greeting, Step::Hello, Step::MailFrom] {
        let server = MailServer::start().unwrap();
        let (reply, took) = silence_at(&server, step).await;
        assert!(reply.is_err(), "{step:?}: {reply:?}");
        assert!(took <= Duration::from_secs(31), "{step:?}: {took:?}");
    }
}

#[tokio::test]
async fn silence_after_the_recipient_defers_while_the_claim_holds() {
    for step in [Step::RcptTo, Step::Data, Step::Content, Step::Taken] {
        let server = MailServer::start().unwrap();
        let (reply, took) = silence_at(&server, step).await;
        assert!(matches!(reply, Ok(Reply::Deferred(_))), "{step:?}: {reply:?}");
        let limit = ClaimedDelivery::SEND_TIMEOUT.to_std().unwrap();
        assert!(took < limit, "{step:?}: {took:?}");
    }
}

#[tokio::test]
async fn silence_only_with_smtputf8_defers_the_mail() {
    let server = MailServer::start().unwrap();
    let (reply, took) = silence_at_for(&server, Step::MailFromUtf8, letter(1, "ädä@example.com")).await;
    assert!(matches!(reply, Ok(Reply::Deferred(_))), "{reply:?}");
    assert!(took <= Duration::from_secs(31), "{took:?}");
}

/// The reply to the e-mail counts, not the silence after it.
#[tokio::test]
async fn silence_after_a_refusal_keeps_the_refusal() {
    let server = MailServer::start().unwrap();
    server.at(Step::RcptTo, Verdict::say("550 5.1.1 no such user"));
    let (reply, _) = silence_at(&server, Step::Reset).await;
    assert!(matches!(reply, Ok(Reply::Refused(_))), "{reply:?}");
}
