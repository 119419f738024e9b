//! Parses the parts of a request into types of `domain`, and names every invalid field.

mod client;
mod cursor;
mod fields;
mod json_body;
mod path_id;
mod query;

pub(crate) use client::OpenedBy;
pub(crate) use cursor::{decode_cursor, encode_cursor};
pub(crate) use fields::{Change, Fields, whole_number};
pub(crate) use json_body::{BodyLimit, JsonBody};
pub(crate) use path_id::PathId;
pub(crate) use query::QueryString;
