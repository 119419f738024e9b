//! Example values.

use std::num::NonZeroU32;

use domain::account::{Client, Email, NewSession, NewUser, PasswordHash, Role, Subject, UserId};
use domain::book::{Author, BookDetails, Price, StockQuantity, Title};
use domain::pre_booking::PlacementRules;
use domain::{PageRequest, PageSize, Timestamp};
use sea_orm::prelude::DateTimeUtc;

/// Returns the time this many seconds after a fixed one.
pub(crate) fn at(seconds: i64) -> Timestamp {
    at_micros(seconds * 1_000_000)
}

/// Returns the time this many microseconds after the same fixed one.
pub(crate) fn at_micros(micros: i64) -> Timestamp {
    DateTimeUtc::from_timestamp_micros(1_800_000_000_000_000 + micros).unwrap()
}

/// Returns a time as an SQL literal of both engines.
pub(crate) fn literal(moment: Timestamp) -> String {
    format!("'{}'", moment.to_rfc3339())
}

pub(crate) fn copies(number: i64) -> StockQuantity {
    StockQuantity::new(number).unwrap()
}

pub(crate) fn details(title: &str) -> BookDetails {
    BookDetails {
        title: Title::parse(title).unwrap(),
        author: Author::parse("Stanisław Lem").unwrap(),
        price: Price::parse("19.99").unwrap(),
        isbn: None,
        description: None,
        cover_image_url: None,
        publish_date: None,
    }
}

pub(crate) fn new_user(name: &str, created_at: Timestamp) -> NewUser {
    NewUser {
        subject: Subject::new(format!("subject of {name}")),
        email: Email::parse(&format!("{name}@example.com")).unwrap(),
        password_hash: PasswordHash::new(format!("hash of {name}")),
        role: Role::User,
        created_at,
    }
}

/// What a shop asks of users unless it is told otherwise.
pub(crate) const RULES: PlacementRules =
    PlacementRules { requires_verified_email: false, max_waiting: NonZeroU32::new(100).unwrap() };

/// Returns a session that begins now and lasts for an hour.
pub(crate) fn new_session(user_id: UserId, now: Timestamp) -> NewSession {
    let expires_at = now + chrono::Duration::hours(1);
    NewSession { user_id, created_at: now, expires_at, client: Client::default() }
}

pub(crate) fn page(number: u32, size: u32) -> PageRequest {
    PageRequest { number: NonZeroU32::new(number).unwrap(), size: PageSize::new(size).unwrap() }
}
