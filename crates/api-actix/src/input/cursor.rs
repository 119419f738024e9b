use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::api_error::{ApiError, kinds};

/// Encodes a position in a list. Only this service can read the result.
pub(crate) fn encode_cursor<const N: usize>(numbers: [i64; N]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(numbers.map(|number| number.to_string()).join(":"))
}

/// Decodes a position. `position` is `None` if the numbers are not a position in this list.
pub(crate) fn decode_cursor<const N: usize, T>(
    cursor: Option<&str>,
    position: impl FnOnce([i64; N]) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let numbers: Option<Vec<i64>> = text.split(':').map(|number| number.parse().ok()).collect();
        position(numbers?.try_into().ok()?)
    };
    read().map(Some).ok_or_else(|| ApiError::from(kinds::INVALID_CURSOR).field("cursor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip() {
        for numbers in [[0, 0], [1_800_000_000_123_456, i64::MAX], [i64::MIN, -1]] {
            assert_eq!(decode_cursor(Some(&encode_cursor(numbers)), Some).unwrap(), Some(numbers));
        }
        assert_eq!(decode_cursor::<2, _>(None, Some).unwrap(), None);
    }

    #[test]
    fn malformed_cursors_are_rejected() {
        for text in ["", ":", "1", "1:", ":1", "x:1", "1:1:1", "1:9223372036854775808"] {
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(text);
            assert!(decode_cursor::<2, _>(Some(&cursor), Some).is_err(), "{text} was accepted");
        }
        assert!(decode_cursor::<2, _>(Some("not base64!"), Some).is_err());
        assert!(decode_cursor::<1, ()>(Some(&encode_cursor([1])), |_| None).is_err());
    }
}
