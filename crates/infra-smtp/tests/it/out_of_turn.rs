//! A server that says more than it was asked, or something else.

use domain::delivery::{MailServerTrouble, Mailer as _, Reply};
use test_support::{MailServer, Step, Verdict};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::support::{accepted, letter, mailer, send_one};

/// Says two replies in one piece at a step, and then refuses every e-mail.
fn say_twice(server: &MailServer, step: Step, replies: &str) {
    server.at(Step::Content, Verdict::say("550 5.7.1 refused"));
    server.at(step, Verdict::say(replies));
}

#[tokio::test]
async fn an_extra_reply_before_the_recipient_is_trouble() {
    for (step, replies) in [
        (Step::Greeting, "220 localhost\r\n250-localhost\r\n250 8BITMIME"),
        (Step::Hello, "250 localhost\r\n250 sender ok"),
        (Step::MailFrom, "250 sender ok\r\n250 recipient ok"),
    ] {
        let server = MailServer::start().unwrap();
        say_twice(&server, step, replies);
        let mailer = mailer(&server.url(), 1);
        let sent = send_one(&mailer).await;
        let is_known = match &sent {
            Err(MailServerTrouble(cause)) | Ok(Reply::Deferred(cause)) => cause.contains("more than one reply"),
            Ok(Reply::Accepted(_) | Reply::Refused(_)) => false,
        };
        assert!(is_known, "{step:?}: {sent:?}");
        server.carry_on();
        assert_eq!(send_one(&mailer).await, Ok(accepted()), "{step:?}");
        assert_eq!(server.connections(), 2, "{step:?}: the connection is not used again");
    }
}

#[tokio::test]
async fn an_extra_reply_after_the_sender_defers() {
    for (step, replies) in [
        (Step::RcptTo, "250 recipient ok\r\n354 go on"),
        (Step::Data, "354 go on\r\n250 2.0.0 taken"),
        (Step::Content, "250 2.0.0 taken\r\n550 5.7.1 refused"),
    ] {
        let server = MailServer::start().unwrap();
        say_twice(&server, step, replies);
        let mailer = mailer(&server.url(), 1);
        let Ok(Reply::Deferred(reason)) = send_one(&mailer).await else { panic!("{step:?}") };
        assert!(reason.contains("more than one reply"), "{step:?}: {reason}");
        assert_eq!(server.mail_count(), 0);
        server.carry_on();
        assert_eq!(send_one(&mailer).await, Ok(accepted()), "{step:?}");
        assert_eq!(server.connections(), 2, "{step:?}: the connection is not used again");
    }
}

/// The server says it while the connection is idle.
#[tokio::test]
async fn an_extra_reply_after_an_accepted_mail_replaces_the_connection() {
    let server = MailServer::start().unwrap();
    server.at_for(Step::Answered, "eve@example.com", Verdict::Hold);
    let mailer = mailer(&server.url(), 1);
    assert_eq!(mailer.send(&letter(1, "eve@example.com")).await, Ok(accepted()));
    server.at(Step::Answered, Verdict::say("250 sender ok"));
    server.until_nobody_is_connected().await;
    server.carry_on();
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
    assert_eq!((server.connections(), server.mail_count()), (2, 2));
}

/// The server may close the connection at any time, and says so with 421 (RFC 5321, 3.8). That takes nothing back.
#[tokio::test]
async fn a_mail_is_accepted_though_the_server_closes_right_after_it() {
    let server = MailServer::start().unwrap();
    server.at(Step::Content, Verdict::say("250 2.0.0 taken\r\n421 4.3.2 going down"));
    let mailer = mailer(&server.url(), 1);
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
    server.carry_on();
    assert_eq!(send_one(&mailer).await, Ok(accepted()));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn only_354_lets_the_content_follow_and_only_250_accepts_it() {
    for (step, reply) in [
        (Step::RcptTo, "354 go on"),
        (Step::Data, "250 ok"),
        (Step::Data, "334 go on"),
        (Step::Content, "354 go on"),
        (Step::Content, "220 localhost ESMTP"),
    ] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::say(reply));
        let Ok(Reply::Deferred(reason)) = send_one(&mailer(&server.url(), 1)).await else { panic!("{step:?} {reply}") };
        assert!(reason.contains(reply), "{step:?} {reply}: {reason}");
    }
}

#[tokio::test]
async fn a_reply_may_be_a_code_alone() {
    let server = MailServer::start().unwrap();
    server.at(Step::RcptTo, Verdict::say("250"));
    assert_eq!(send_one(&mailer(&server.url(), 1)).await, Ok(accepted()));
}

#[tokio::test]
async fn what_is_no_reply_is_trouble() {
    for greeting in ["hello", "99 bottles", "220\tlocalhost", "220-localhost\r\n250 localhost", "2200 localhost", ""] {
        let server = MailServer::start().unwrap();
        server.at(Step::Greeting, Verdict::say(greeting));
        assert!(send_one(&mailer(&server.url(), 1)).await.is_err(), "{greeting:?}");
    }
}

/// More than any reply needs, but so little that it does not fill the memory.
const MANY_BYTES: usize = 64 * 1024 * 1024;

/// Starts a server that greets with this text over and over. Returns how much of it a mailer read before it gave up.
async fn greeted_with(text: &'static str) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let piece = text.repeat(64 * 1024 / text.len());
        let mut said = 0;
        while said < MANY_BYTES && stream.write_all(piece.as_bytes()).await.is_ok() {
            said += piece.len();
        }
        said
    });
    let MailServerTrouble(cause) = send_one(&mailer(&url, 1)).await.unwrap_err();
    assert!(cause.contains("longer than"), "{cause}");
    serving.await.unwrap()
}

#[tokio::test]
async fn an_endless_line_is_given_up() {
    assert!(greeted_with("220 hello ").await < MANY_BYTES);
}

#[tokio::test]
async fn an_endless_reply_is_given_up() {
    assert!(greeted_with("220-hello\r\n").await < MANY_BYTES);
}
