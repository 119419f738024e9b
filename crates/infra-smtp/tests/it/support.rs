use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::DateTime;
use domain::account::{Email, LinkPurpose, UnsubscribeTokens, UserId};
use domain::account_mail::{AccountMailId, LinkLetter};
use domain::book::{Author, BookId, Price, Title};
use domain::delivery::{Letter, MailServerTrouble, Mailer as _, Reply};
use domain::pre_booking::PreBookingId;
use infra_smtp::{Letterhead, Pace, SmtpMailer, SmtpServer, Unsubscribe};
use mailparse::{MailHeaderMap as _, ParsedMail};

pub(crate) const SHOP: &str = "https://shop.example.com/books-and-more";
pub(crate) const API: &str = "https://api.example.com/v1/";

pub(crate) fn letterhead() -> Letterhead {
    let unsubscribe = Unsubscribe { api: API.parse().unwrap(), tokens: Arc::new(Tokens) };
    Letterhead::new("Bookstore <no-reply@shop.example.com>", SHOP.parse().unwrap(), unsubscribe).unwrap()
}

/// Tokens that say whose they are.
struct Tokens;

impl UnsubscribeTokens for Tokens {
    fn issue(&self, user_id: UserId) -> String {
        format!("of {}", user_id.get())
    }

    fn verify(&self, _: &str) -> Option<UserId> {
        None
    }
}

/// Returns an e-mail about the pre-booking with this number.
pub(crate) fn letter(number: i64, to: &str) -> Letter {
    Letter {
        pre_booking_id: PreBookingId::new(number).unwrap(),
        user_id: UserId::new(5).unwrap(),
        to: Email::from_stored(to.to_owned()),
        book_id: BookId::new(7).unwrap(),
        title: Title::parse("Solaris").unwrap(),
        author: Author::parse("Stanisław Lem").unwrap(),
        price: Price::parse("19.99").unwrap(),
        notified_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }
}

/// Returns a letter with a link.
pub(crate) fn link_letter(purpose: LinkPurpose) -> LinkLetter {
    LinkLetter {
        id: AccountMailId::new(19).unwrap(),
        to: Email::parse("ada@example.com").unwrap(),
        purpose,
        token: "the-token".into(),
        lifetime: purpose.lifetime(),
    }
}

/// Returns an e-mail to ada@example.com.
pub(crate) fn a_letter() -> Letter {
    letter(42, "ada@example.com")
}

pub(crate) fn titled(title: &str) -> Letter {
    Letter { title: Title::from_stored(title.to_owned()), ..a_letter() }
}

/// Returns a pace that delays nothing.
pub(crate) fn unlimited() -> Pace {
    Pace::new(NonZeroU32::MAX)
}

pub(crate) fn mailer(url: &str, max_connections: usize) -> SmtpMailer {
    SmtpMailer::new(letterhead(), unlimited(), SmtpServer::parse(url, false).unwrap(), max_connections).unwrap()
}

pub(crate) async fn send_one(mailer: &SmtpMailer) -> Result<Reply, MailServerTrouble> {
    mailer.send(&a_letter()).await
}

pub(crate) fn accepted() -> Reply {
    Reply::Accepted("250 2.0.0 taken".to_owned())
}

/// An e-mail as a mail program shows it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Shown {
    pub(crate) fn of(mail: &[u8]) -> Self {
        let mail: ParsedMail<'_> = mailparse::parse_mail(mail).unwrap();
        assert_eq!(mail.ctype.mimetype, "multipart/alternative");
        let parts: Vec<_> =
            mail.subparts.iter().map(|part| (&*part.ctype.mimetype, part.get_body().unwrap())).collect();
        let [("text/plain", text), ("text/html", html)] = &parts[..] else { panic!("{parts:?}") };
        let headers = mail.headers.iter().map(|header| (header.get_key(), header.get_value())).collect();
        assert!(mail.headers.get_all_headers("Subject").len() == 1);
        Self { headers, text: text.clone(), html: html.clone() }
    }

    /// Returns the header with this name. Fails unless there is exactly one.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).collect();
        let [(_, value)] = values[..] else { panic!("{name}: {values:?}") };
        value
    }
}
