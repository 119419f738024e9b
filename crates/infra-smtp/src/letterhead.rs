use askama::Template;
use domain::delivery::Letter;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use url::Url;

use crate::answer::one_line;

/// The sender of e-mails, and the shop that their links point to.
#[derive(Debug, Clone)]
pub struct Letterhead {
    sender: Mailbox,
    shop: Url,
}

/// The sender is not a valid e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as Bookstore <no-reply@shop.example.com>")]
pub struct InvalidSender;

/// The plain text part.
#[derive(Template)]
#[template(path = "back_in_stock.txt")]
struct PlainText<'a>(&'a Content);

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
}

/// Marks the e-mail as automatic, so that no auto-responder replies to it (RFC 3834, 5).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

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
    pub fn new(sender: &str, shop: Url) -> Result<Self, InvalidSender> {
        Ok(Self { sender: sender.parse().map_err(|_| InvalidSender)?, shop })
    }

    /// Composes an e-mail.
    ///
    /// # Errors
    /// Why this e-mail can't be composed, to be recorded like a reply of a mail server.
    pub(crate) fn compose(&self, letter: &Letter) -> Result<Message, String> {
        let to: Address = letter.to.as_str().parse().map_err(|_| "e-mail can't be sent to this address".to_owned())?;
        let content = Content {
            title: one_line(letter.title.as_str()),
            author: one_line(letter.author.as_str()),
            price: letter.price.to_string(),
            notified_at: letter.notified_at.format("%-d %B %Y, %H:%M UTC").to_string(),
            book_url: self.link(&["books", &letter.book_id.get().to_string()]),
            pre_bookings_url: self.link(&["prebooks"]),
        };
        let failed = |error: askama::Error| format!("the e-mail can't be composed: {error}");
        let text = PlainText(&content).render().map_err(failed)?;
        let html = Html(&content).render().map_err(failed)?;
        // All copies have the same id, so that mail programs can recognise a second copy.
        let id = format!("<pre-booking-{}@{}>", letter.pre_booking_id.get(), self.sender.email.domain());
        Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, to))
            .subject(format!("Back in stock: {}", without_encoded_words(&content.title)))
            .message_id(Some(id))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|error| format!("the e-mail can't be composed: {error}"))
    }

    fn link(&self, path: &[&str]) -> String {
        let mut url = self.shop.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.into()
    }
}
