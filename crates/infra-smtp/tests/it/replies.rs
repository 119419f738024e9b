//! Replies that are about one e-mail.

use domain::delivery::{Mailer as _, Reply};
use test_support::{MailServer, Step, Verdict};

use crate::support::{a_letter, accepted, letter, mailer, send_one};

#[tokio::test]
async fn an_accepted_mail_keeps_the_reply() {
    let server = MailServer::start().unwrap();
    server.at(Step::Taken, Verdict::say("250-2.0.0 ok\r\n250 queued as 4F9D195432C"));

    let reply = send_one(&mailer(&server.url(), 1)).await;

    assert_eq!(reply, Ok(Reply::Accepted("250 2.0.0 ok queued as 4F9D195432C".to_owned())));
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!((&*mails[0].from, &*mails[0].to), ("no-reply@shop.example.com", &["ada@example.com".to_owned()][..]));
}

#[tokio::test]
async fn a_5xx_refuses_and_a_4xx_defers() {
    for (step, answer, is_refusal) in [
        (Step::RcptTo, "550 5.1.1 no such user", true),
        (Step::RcptTo, "450 4.2.0 greylisted", false),
        (Step::RcptTo, "421 4.3.2 going down", false),
        (Step::Data, "554 5.5.1 no valid recipients", true),
        (Step::Data, "451 4.3.0 try later", false),
        (Step::Content, "552 5.3.4 too big", true),
        (Step::Content, "554 5.7.1 spam", true),
        (Step::Content, "451 4.3.0 try later", false),
        (Step::Content, "452 4.3.1 disk full", false),
    ] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::say(answer));
        let reply = send_one(&mailer(&server.url(), 1)).await;
        let ((Ok(Reply::Refused(kept)), true) | (Ok(Reply::Deferred(kept)), false)) = (&reply, is_refusal) else {
            panic!("{step:?} {answer}: {reply:?}");
        };
        let (code, text) = answer.split_once(' ').unwrap();
        assert!(kept.contains(code) && kept.contains(text), "{answer}: {kept}");
        assert_eq!(server.mail_count(), 0);
    }
}

#[tokio::test]
async fn a_lost_connection_defers() {
    for (step, copies) in [(Step::RcptTo, 0), (Step::Data, 0), (Step::Content, 0), (Step::Taken, 1)] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::HangUp);
        let mailer = mailer(&server.url(), 1);
        let reply = send_one(&mailer).await;
        assert!(matches!(reply, Ok(Reply::Deferred(_))), "{step:?}: {reply:?}");
        assert_eq!(server.mail_count(), copies, "{step:?}");
        server.carry_on();
        assert_eq!(send_one(&mailer).await, Ok(accepted()), "{step:?}");
        assert_eq!(server.connections(), 2, "{step:?}");
    }
}

#[tokio::test]
async fn an_invalid_address_is_refused_without_connecting() {
    let server = MailServer::start().unwrap();
    let mailer = mailer(&server.url(), 1);
    for address in [
        "",
        "nobody",
        "@example.com",
        "ada@",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com>\r\nRCPT TO:<eve@example.com",
        "ada@example.com, eve@example.com",
        "a da@example.com",
        "ada\0@example.com",
        "ada@exam\nple.com",
    ] {
        let reply = mailer.send(&letter(1, address)).await;
        assert!(matches!(reply, Ok(Reply::Refused(_))), "{address:?}: {reply:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_address_outside_ascii_needs_smtputf8() {
    let server = MailServer::start().unwrap();
    let mailer_to_new = mailer(&server.url(), 1);
    let to = letter(1, "ädä@example.com");
    assert_eq!(mailer_to_new.send(&to).await, Ok(accepted()));
    assert_eq!(server.mails()[0].to, ["ädä@example.com"]);

    let old = MailServer::start().unwrap();
    old.at(Step::Hello, Verdict::say("250 localhost"));
    let mailer_to_old = mailer(&old.url(), 1);
    let reply = mailer_to_old.send(&to).await;
    assert!(matches!(reply, Ok(Reply::Refused(_))), "{reply:?}");
    assert_eq!(mailer_to_old.send(&a_letter()).await, Ok(accepted()));
    assert_eq!(old.connections(), 1);
}

/// The server accepts the same sender without SMTPUTF8, so other e-mails go on.
#[tokio::test]
async fn a_sender_refused_only_with_smtputf8_counts_against_the_mail() {
    for (verdict, is_refusal) in [
        (Verdict::say("550 5.6.7 SMTPUTF8 is not for you"), true),
        (Verdict::say("555 5.5.4 unknown parameter"), true),
        (Verdict::say("451 4.3.0 try later"), false),
        (Verdict::say("421 4.3.0 going down"), false),
        (Verdict::HangUp, false),
    ] {
        let server = MailServer::start().unwrap();
        server.at(Step::MailFromUtf8, verdict.clone());
        let mailer = mailer(&server.url(), 1);
        let reply = mailer.send(&letter(1, "ädä@example.com")).await;
        let ((Ok(Reply::Refused(kept)), true) | (Ok(Reply::Deferred(kept)), false)) = (&reply, is_refusal) else {
            panic!("{verdict:?}: {reply:?}");
        };
        if let Verdict::Say(answer) = &verdict {
            assert!(kept.contains(&answer[4..]), "{answer}: {kept}");
        }
        assert_eq!(mailer.send(&a_letter()).await, Ok(accepted()), "{verdict:?}");
        assert_eq!(server.mail_count(), 1);
    }
}
