//! Failures that are about the mail server, not about an e-mail.

use domain::delivery::{MailServerTrouble, Mailer as _};
use test_support::{MailServer, Step, Verdict};

use crate::support::{accepted, letter, mailer, send_one};

/// Sends an e-mail over a new connection, and returns why that failed.
async fn trouble_of(server: &MailServer, url: &str) -> String {
    let MailServerTrouble(cause) = send_one(&mailer(url, 1)).await.unwrap_err();
    assert_eq!(server.mail_count(), 0);
    cause
}

#[tokio::test]
async fn every_failure_before_the_recipient_is_trouble() {
    for (step, answer) in [
        (Step::Greeting, "421 4.3.2 too busy"),
        (Step::Greeting, "554 5.3.2 go away"),
        (Step::MailFrom, "421 4.7.0 too many mails"),
        (Step::MailFrom, "451 4.3.0 try later"),
        (Step::MailFrom, "550 5.7.1 not from you"),
    ] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::say(answer));
        let cause = trouble_of(&server, &server.url()).await;
        let (code, text) = answer.split_once(' ').unwrap();
        assert!(cause.contains(code) && cause.contains(text), "{answer}: {cause}");
    }
    for step in [Step::Greeting, Step::Hello, Step::MailFrom] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::HangUp);
        assert!(!trouble_of(&server, &server.url()).await.is_empty());
    }
}

#[tokio::test]
async fn a_sender_refused_with_and_without_smtputf8_is_trouble() {
    let server = MailServer::start().unwrap();
    for step in [Step::MailFromUtf8, Step::MailFrom] {
        server.at(step, Verdict::say("550 5.7.1 not from you"));
    }
    let mailer = mailer(&server.url(), 1);
    let MailServerTrouble(cause) = mailer.send(&letter(1, "ädä@example.com")).await.unwrap_err();
    assert!(cause.contains("not from you"), "{cause}");
    server.carry_on();
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
}

#[tokio::test]
async fn a_stopped_server_is_trouble_until_it_is_back() {
    let mut server = MailServer::start().unwrap();
    let mailer = mailer(&server.url(), 1);
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
    server.stop().await.unwrap();
    for _ in 0..2 {
        assert!(send_one(&mailer).await.is_err());
    }
    server.start_again().unwrap();
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
}

#[tokio::test]
async fn a_wrong_password_is_trouble() {
    let server = MailServer::start_with_password("ada", "secret").unwrap();
    let cause = trouble_of(&server, &server.url_for("ada", "wrong")).await;
    assert!(cause.contains("535"), "{cause}");
    assert!(!cause.contains("wrong\""), "{cause}");
    let cause = trouble_of(&server, &server.url()).await;
    assert!(cause.contains("530"), "{cause}");
    assert_eq!(send_one(&mailer(&server.url_for("ada", "secret"), 1)).await, Ok(accepted()));
}

/// An attacker who strips STARTTLS gets neither the e-mail nor the password.
#[tokio::test]
async fn missing_encryption_is_trouble_if_it_is_required() {
    let server = MailServer::start_with_password("ada", "secret").unwrap();
    let required = format!("{}?tls=required", server.url_for("ada", "secret"));
    assert!(!trouble_of(&server, &required).await.is_empty());
    // With opportunistic encryption it is sent unencrypted.
    let opportunistic = format!("{}?tls=opportunistic", server.url_for("ada", "secret"));
    assert_eq!(send_one(&mailer(&opportunistic, 1)).await, Ok(accepted()));
    server.at(Step::Greeting, Verdict::Hold);
    let implicit = server.url_for("ada", "secret").replace("smtp://", "smtps://");
    let sending = tokio::spawn(async move { send_one(&mailer(&implicit, 1)).await });
    server.until_held(Step::Greeting).await;
    // The greeting is not TLS.
    server.carry_on();
    assert!(sending.await.unwrap().is_err());
    assert_eq!(server.mail_count(), 1);
}
