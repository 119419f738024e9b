//! What says nothing about any letter.

use domain::delivery::MailServerTrouble;
use test_support::{MailServer, Step, Verdict};

use crate::support::{accepted, mailer, send_one};

/// Sends a letter that comes to nothing, over a connection that nobody has used before. Gives what is said about it.
async fn trouble_of(server: &MailServer, url: &str) -> String {
    let MailServerTrouble(said) = send_one(&mailer(url, 1)).await.unwrap_err();
    assert_eq!(server.mail_count(), 0);
    said
}

#[tokio::test]
async fn whatever_comes_before_the_recipient_is_the_servers_trouble() {
    for (step, answer) in [
        (Step::Greeting, "421 4.3.2 too busy"),
        (Step::Greeting, "554 5.3.2 go away"),
        (Step::MailFrom, "421 4.7.0 too many mails"),
        (Step::MailFrom, "451 4.3.0 try later"),
        (Step::MailFrom, "550 5.7.1 not from you"),
    ] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::say(answer));
        let said = trouble_of(&server, &server.url()).await;
        let (code, text) = answer.split_once(' ').unwrap();
        assert!(said.contains(code) && said.contains(text), "{answer}: {said}");
    }
    for step in [Step::Greeting, Step::Hello, Step::MailFrom] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::HangUp);
        assert!(!trouble_of(&server, &server.url()).await.is_empty());
    }
}

#[tokio::test]
async fn nobody_there_is_its_trouble_until_somebody_is() {
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
async fn a_wrong_password_is_its_trouble() {
    let server = MailServer::start_with_password("ada", "secret").unwrap();
    let said = trouble_of(&server, &server.url_for("ada", "wrong")).await;
    assert!(said.contains("535"), "{said}");
    assert!(!said.contains("wrong\""), "{said}");
    let said = trouble_of(&server, &server.url()).await;
    assert!(said.contains("530"), "{said}");
    assert_eq!(send_one(&mailer(&server.url_for("ada", "secret"), 1)).await, Ok(accepted()));
}

/// Whoever hides that the server can encrypt gets neither the mail nor the password.
#[tokio::test]
async fn no_encryption_where_it_is_required_is_its_trouble() {
    let server = MailServer::start_with_password("ada", "secret").unwrap();
    let required = format!("{}?tls=required", server.url_for("ada", "secret"));
    assert!(!trouble_of(&server, &required).await.is_empty());
    // With opportunistic encryption it goes as it is.
    let opportunistic = format!("{}?tls=opportunistic", server.url_for("ada", "secret"));
    assert_eq!(send_one(&mailer(&opportunistic, 1)).await, Ok(accepted()));
    server.at(Step::Greeting, Verdict::Hold);
    let implicit = server.url_for("ada", "secret").replace("smtp://", "smtps://");
    let sending = tokio::spawn(async move { send_one(&mailer(&implicit, 1)).await });
    server.until_held(Step::Greeting).await;
    // What it greets with is no TLS.
    server.carry_on();
    assert!(sending.await.unwrap().is_err());
    assert_eq!(server.mail_count(), 1);
}
