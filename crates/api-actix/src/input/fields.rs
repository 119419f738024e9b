use std::num::NonZeroU32;
use std::str::FromStr;

use domain::{InvalidValue, PageRequest, PageSize};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::api_error::{ApiError, FieldError};

/// Parses the fields of an input, and collects all errors.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Parses a required field.
    pub(crate) fn required<T, U>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        if value.is_none() {
            self.add_error(name, &InvalidValue::new("is required"));
        }
        self.optional(name, value, parse)
    }

    /// Parses a field that may be absent.
    pub(crate) fn optional<T, U>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(invalid) => {
                self.add_error(name, &invalid);
                None
            }
        }
    }

    /// Parses a field that can be changed but not cleared. `None` leaves it unchanged.
    pub(crate) fn changed<T, U>(
        &mut self,
        name: &'static str,
        change: Change<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        match change {
            Change::Absent => None,
            Change::Null => {
                self.add_error(name, &InvalidValue::new("must not be null"));
                None
            }
            Change::Value(value) => self.optional(name, Some(value), parse),
        }
    }

    /// Parses a field that can be changed and cleared. `None` leaves it unchanged, `Some(None)` clears it.
    #[expect(clippy::option_option, reason = "the domain tells a cleared value from an unchanged one like this")]
    pub(crate) fn cleared<T, U>(
        &mut self,
        name: &'static str,
        change: Change<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<Option<U>> {
        match change {
            Change::Absent => None,
            Change::Null => Some(None),
            Change::Value(value) => self.optional(name, Some(value), parse).map(Some),
        }
    }

    /// Parses an optional query parameter that is an identifier.
    pub(crate) fn identifier<T>(
        &mut self,
        name: &'static str,
        value: Option<String>,
        new: fn(i64) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        self.optional(name, value, |text| new(parse_digits(&text).unwrap_or_default()))
    }

    /// Parses an optional query parameter that is `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &'static str, value: Option<String>) -> Option<bool> {
        self.optional(name, value, |text| text.parse().map_err(|_| InvalidValue::new("must be true or false")))
    }

    /// Parses an optional query parameter that is the name of one of `all`.
    pub(crate) fn named<T: Copy>(
        &mut self,
        name: &'static str,
        value: Option<String>,
        all: &[T],
        as_str: fn(T) -> &'static str,
    ) -> Option<T> {
        self.optional(name, value, |text| {
            let known = all.iter().copied().find(|one| as_str(*one) == text);
            known.ok_or_else(|| {
                let names: Vec<&str> = all.iter().map(|one| as_str(*one)).collect();
                let (last, others) = names.split_last().unwrap_or((&"", &[]));
                InvalidValue::new(format!("must be {}", [&others.join(", "), *last].join(" or ")))
            })
        })
    }

    /// Parses the query parameters of a page. The default is the first one, with 20 items.
    pub(crate) fn page(
        &mut self,
        number: Option<String>,
        size_name: &'static str,
        size: Option<String>,
    ) -> Option<PageRequest> {
        let number = self.required("page", number.or(Some("1".to_owned())), |text| {
            parse_digits::<NonZeroU32>(&text)
                .ok_or_else(|| InvalidValue::new("must be a whole number from 1 to 4294967295"))
        });
        let size = self.page_size(size_name, size.or(Some("20".to_owned())));
        number.zip(size).map(|(number, size)| PageRequest { number, size })
    }

    /// Parses the `limit` of a list. The default is 100.
    pub(crate) fn limit<const MAX: u32>(&mut self, limit: Option<String>) -> Option<PageSize<MAX>> {
        self.page_size("limit", limit.or(Some("100".to_owned())))
    }

    fn page_size<const MAX: u32>(&mut self, name: &'static str, size: Option<String>) -> Option<PageSize<MAX>> {
        self.required(name, size, |text| PageSize::new(parse_digits(&text).unwrap_or_default()))
    }

    /// Rejects a field that must be absent.
    pub(crate) fn refused<T>(&mut self, name: &'static str, change: &Change<T>, why: &'static str) {
        if !matches!(change, Change::Absent) {
            self.add_error(name, &InvalidValue::new(why));
        }
    }

    fn add_error(&mut self, name: &'static str, invalid: &InvalidValue) {
        self.errors.push(FieldError::new(name, invalid));
    }

    /// Returns the parsed input. `parsed` is `None` if a required field is missing or invalid.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every invalid field.
    pub(crate) fn finish<T>(self, parsed: Option<T>) -> Result<T, ApiError> {
        match parsed {
            Some(parsed) if self.errors.is_empty() => Ok(parsed),
            _ => Err(ApiError::validation(self.errors)),
        }
    }
}

/// Parses a number that has only digits. Rust alone would also accept a plus sign.
pub(super) fn parse_digits<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads a JSON integer: `5`, but also `5.0` (JSON Schema 2020-12, 4.2.3). Anything else becomes `i64::MIN`, which is outside
/// every valid range.
pub(crate) fn whole_number(value: &Value) -> i64 {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = |float: &f64| float.fract() == 0.0 && float.abs() < EXACT;
    let from_float = || format!("{:.0}", value.as_f64().filter(is_whole)?).parse().ok();
    value.as_i64().or_else(from_float).unwrap_or(i64::MIN)
}

/// A field of a change: an absent one stays unchanged, null clears it.
#[derive(Debug, Default)]
pub(crate) enum Change<T> {
    #[default]
    Absent,
    Null,
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
