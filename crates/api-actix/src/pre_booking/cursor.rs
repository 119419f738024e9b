use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::DateTime;
use domain::pre_booking::{PreBookingId, PreBookingPosition};

use crate::api_error::ApiError;

/// The last moment of the year 9999, in microseconds; no store knows all moments behind it.
const LAST_MOMENT: i64 = 253_402_300_799_999_999;

/// A place in a list, as a text that only this service reads.
pub(super) fn encode(position: PreBookingPosition) -> String {
    let text = format!("{}:{}", position.created_at.timestamp_micros(), position.id.get());
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// # Errors
/// It is none of ours.
pub(super) fn decode(cursor: &str) -> Result<PreBookingPosition, ApiError> {
    let read = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (micros, id) = text.split_once(':')?;
        let micros = micros.parse().ok().filter(|micros| (0..=LAST_MOMENT).contains(micros))?;
        let id = PreBookingId::new(id.parse().ok()?).ok()?;
        Some(PreBookingPosition { created_at: DateTime::from_timestamp_micros(micros)?, id })
    };
    read().ok_or_else(ApiError::invalid_cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let created_at = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let position = PreBookingPosition { created_at, id: PreBookingId::new(i64::MAX).unwrap() };
        assert_eq!(decode(&encode(position)).unwrap(), position);
    }

    #[test]
    fn nothing_else_is_read() {
        for text in
            ["", ":", "1", "1:", ":1", "1:0", "-1:1", "x:1", "1:1:1", "253402300800000000:1", "1:9223372036854775808"]
        {
            assert!(decode(&BASE64_URL_SAFE_NO_PAD.encode(text)).is_err(), "{text} was taken");
        }
        assert!(decode("not base64!").is_err());
    }
}
