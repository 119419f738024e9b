use std::num::NonZeroU32;

use domain::{InvalidValue, PageRequest, PageSize};
use serde::{Deserialize, Deserializer};

use crate::api_error::{ApiError, FieldError};

/// Parses the fields of an input, and remembers all that are to blame.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// A field that must be there.
    pub(crate) fn required<T, U>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        if value.is_none() {
            self.errors.push(FieldError::new(name, &InvalidValue::new("is required")));
        }
        self.optional(name, value, parse)
    }

    /// A field that may be absent.
    pub(crate) fn optional<T, U>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(invalid) => {
                self.errors.push(FieldError::new(name, &invalid));
                None
            }
        }
    }

    /// A field that may be absent, which leaves it unchanged, but not null.
    pub(crate) fn changed<T, U>(
        &mut self,
        name: &'static str,
        value: Option<Option<T>>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<U> {
        self.optional(name, value, |value| parse(value.ok_or(InvalidValue::new("must not be null"))?))
    }

    /// A field that may be absent, which leaves it unchanged, or null, which clears it.
    pub(crate) fn cleared<T, U>(
        &mut self,
        name: &'static str,
        value: Option<Option<T>>,
        parse: impl FnOnce(T) -> Result<U, InvalidValue>,
    ) -> Option<Option<U>> {
        self.optional(name, value, |value| value.map(parse).transpose())
    }

    /// A query parameter that is `true` or `false`, if it is there.
    pub(crate) fn boolean(&mut self, name: &'static str, value: Option<String>) -> Option<bool> {
        self.optional(name, value, |text| text.parse().map_err(|_| InvalidValue::new("must be true or false")))
    }

    /// The query parameters that ask for a page; the first one, of 20 items, if they are absent.
    pub(crate) fn page(
        &mut self,
        number: Option<String>,
        size_name: &'static str,
        size: Option<String>,
    ) -> Option<PageRequest> {
        let number = self.required("page", number.or(Some("1".to_owned())), |text| {
            text.parse::<NonZeroU32>().map_err(|_| InvalidValue::new("must be a whole number from 1 to 4294967295"))
        });
        let size = self.page_size(size_name, size.or(Some("20".to_owned())));
        number.zip(size).map(|(number, size)| PageRequest { number, size })
    }

    /// A query parameter that says how many items a page has.
    pub(crate) fn page_size<const MAX: u32>(
        &mut self,
        name: &'static str,
        size: Option<String>,
    ) -> Option<PageSize<MAX>> {
        self.required(name, size, |text| PageSize::new(text.parse().unwrap_or_default()))
    }

    /// A field that must not be there.
    pub(crate) fn refused<T>(&mut self, name: &'static str, value: Option<T>, why: &'static str) {
        self.optional(name, value, |_| Err::<(), _>(InvalidValue::new(why)));
    }

    /// What was made of the fields: `None` if a required one is missing.
    ///
    /// # Errors
    /// Fields are to blame.
    pub(crate) fn finish<T>(self, parsed: Option<T>) -> Result<T, ApiError> {
        match parsed {
            Some(parsed) if self.errors.is_empty() => Ok(parsed),
            _ => Err(ApiError::validation(self.errors)),
        }
    }
}

/// Tells a field that is null (`Some(None)`) from one that is absent (`None`).
pub(crate) fn double_option<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
