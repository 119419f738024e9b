use std::fmt;
use std::sync::Arc;

use askama::Template;
use domain::account::{Email, LinkPurpose, UnsubscribeTokens, UserId};
use domain::account_mail::LinkLetter;
use domain::delivery::Letter;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};
use lettre::{Address, Message};
use secrecy::ExposeSecret;
use url::Url;

use crate::answer::one_line;

/// The sender of e-mails, and the shop that their links point to.
#[derive(Debug, Clone)]
pub struct Letterhead {
    sender: Mailbox,
    shop: Url,
    unsubscribe: Unsubscribe,
}

/// How users end their e-mails: with a link to this page of the API, and a token.
#[derive(Clone)]
pub struct Unsubscribe {
    /// The address under which users reach the API. Mail programs show their button only for https.
    pub api: Url,
    /// Issues the tokens.
    pub tokens: Arc<dyn UnsubscribeTokens>,
}

impl fmt::Debug for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsubscribe({})", self.api)
    }
}

/// The sender is not a valid e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as Bookstore <no-reply@shop.example.com>")]
pub struct InvalidSender;

/// The plain text part.
#[derive(Template)]
#[template(path = "back_in_stock.txt")]
struct PlainText<'a>(&'a Content);

/// The plain text part of a letter with a link.
#[derive(Template)]
#[template(path = "link.txt")]
struct LinkPlainText<'a>(&'a LinkContent);

/// The HTML part of a letter with a link.
#[derive(Template)]
#[template(path = "link.html")]
struct LinkHtml<'a>(&'a LinkContent);

struct LinkContent {
    subject: &'static str,
    reason: &'static str,
    action: &'static str,
    url: String,
    lifetime: String,
    otherwise: &'static str,
}

/// The HTML part. The template engine escapes all values.
#[derive(Template)]
#[template(path = "back_in_stock.html")]
struct Html<'a>(&'a Content);

struct Content {
    title: String,
    author: String,
    price: String,
    notified_at: String,
    book_url: String,
    pre_bookings_url: String,
    unsubscribe_url: String,
}

/// Defines a header that lettre does not have. Its value must not need encoding.
macro_rules! define_header {
    ($(#[$doc:meta])* $header:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        struct $header(String);

        impl Header for $header {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(value.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
            }
        }
    };
}

define_header!(
    /// Marks the e-mail as automatic, so that no auto-responder replies to it (RFC 3834, 5).
    AutoSubmitted, "Auto-Submitted"
);
define_header!(
    /// Where mail programs send a click on "unsubscribe" (RFC 2369, 3.2).
    ListUnsubscribe, "List-Unsubscribe"
);
define_header!(
    /// Says that one click is enough (RFC 8058, 3.1).
    ListUnsubscribePost, "List-Unsubscribe-Post"
);

/// Mail programs would decode a title that looks like an encoded word (RFC 2047, 2), and show something else. An invisible word
/// joiner prevents that.
fn without_encoded_words(title: &str) -> String {
    title.replace("=?", "=\u{2060}?")
}

impl Letterhead {
    /// Creates a letterhead. `sender` is an address such as `Bookstore <no-reply@shop.example.com>`; paths such as `/books/7` are
    /// appended to `shop`.
    ///
    /// # Errors
    /// The sender is not a valid e-mail address.
    pub fn new(sender: &str, shop: Url, unsubscribe: Unsubscribe) -> Result<Self, InvalidSender> {
        Ok(Self { sender: sender.parse().map_err(|_| InvalidSender)?, shop, unsubscribe })
    }

    /// Composes an e-mail.
    ///
    /// # Errors
    /// Why this e-mail can't be composed, to be recorded like a reply of a mail server.
    pub(crate) fn compose(&self, letter: &Letter) -> Result<Message, String> {
        let content = Content {
            title: one_line(letter.title.as_str()),
            author: one_line(letter.author.as_str()),
            price: letter.price.to_string(),
            notified_at: letter.notified_at.format("%-d %B %Y, %H:%M UTC").to_string(),
            book_url: link(&self.shop, &["books", &letter.book_id.get().to_string()]).into(),
            pre_bookings_url: link(&self.shop, &["prebooks"]).into(),
            unsubscribe_url: self.unsubscribe.url(letter.user_id).into(),
        };
        let text = PlainText(&content).render().map_err(not_composed)?;
        let html = Html(&content).render().map_err(not_composed)?;
        let subject = format!("Back in stock: {}", without_encoded_words(&content.title));
        self.message(&letter.to, subject, &format!("pre-booking-{}", letter.pre_booking_id.get()))?
            .header(ListUnsubscribe(format!("<{}>", content.unsubscribe_url)))
            .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()))
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(not_composed)
    }

    /// Composes the e-mail of a letter with a link.
    ///
    /// # Errors
    /// See [`compose`](Self::compose).
    pub(crate) fn compose_link(&self, letter: &LinkLetter) -> Result<Message, String> {
        let (page, subject, reason, action, otherwise) = match letter.purpose {
            LinkPurpose::PasswordReset => (
                "reset-password",
                "Choose a new password",
                "Somebody, hopefully you, asked for a new password for your account.",
                "Choose a new password",
                "If it was not you, ignore this e-mail. Your password stays as it is.",
            ),
            LinkPurpose::EmailVerification => (
                "verify-email",
                "Confirm your e-mail address",
                "Please confirm that this is your e-mail address.",
                "Confirm the address",
                "If you have no account with us, ignore this e-mail.",
            ),
        };
        let mut url = link(&self.shop, &[page]);
        url.query_pairs_mut().append_pair("token", letter.token.expose_secret());
        let minutes = letter.lifetime.num_minutes();
        let lifetime = if minutes < 60 { format!("{minutes} minutes") } else { format!("{} hours", minutes / 60) };
        let content = LinkContent { subject, reason, action, url: url.into(), lifetime, otherwise };
        let text = LinkPlainText(&content).render().map_err(not_composed)?;
        let html = LinkHtml(&content).render().map_err(not_composed)?;
        self.message(&letter.to, subject.to_owned(), &format!("account-mail-{}", letter.id.get()))?
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(not_composed)
    }

    /// Begins an e-mail. All copies of a letter have the same id, so that mail programs can recognise a second copy.
    fn message(&self, to: &Email, subject: String, id: &str) -> Result<MessageBuilder, String> {
        let to: Address = to.as_str().parse().map_err(|_| "e-mail can't be sent to this address".to_owned())?;
        Ok(Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(format!("<{id}@{}>", self.sender.email.domain())))
            .header(AutoSubmitted("auto-generated".to_owned())))
    }
}

impl Unsubscribe {
    fn url(&self, user_id: UserId) -> Url {
        let mut url = link(&self.api, &["unsubscribe"]);
        url.query_pairs_mut().clear().append_pair("token", &self.tokens.issue(user_id));
        url
    }
}

fn not_composed(error: impl fmt::Display) -> String {
    format!("the e-mail can't be composed: {error}")
}

/// Checks a sender.
///
/// # Errors
/// The sender is not a valid e-mail address.
pub fn check_sender(sender: &str) -> Result<(), InvalidSender> {
    sender.parse::<Mailbox>().map(drop).map_err(|_| InvalidSender)
}

/// Appends a path to an address.
fn link(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}
