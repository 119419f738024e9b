use actix_web::http::header::HeaderMap;

const VERSION: usize = 2;
const TRACE_ID: usize = 32;
const PARENT_ID: usize = 16;
const FLAGS: usize = 2;

/// Returns the trace id of a valid `traceparent` header (W3C Trace Context, 3.2.2). There must be one only.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all("traceparent");
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() { None } else { parse(value) }
}

fn parse(value: &str) -> Option<&str> {
    let mut parts = value.splitn(5, '-');
    let version = parts.next().filter(|part| is_hex(part, VERSION) && *part != "ff")?;
    let trace_id = parts.next().filter(|part| is_hex(part, TRACE_ID) && !is_zero(part))?;
    parts.next().filter(|part| is_hex(part, PARENT_ID) && !is_zero(part))?;
    parts.next().filter(|part| is_hex(part, FLAGS))?;
    // Later versions may add more.
    (version != "00" || parts.next().is_none()).then_some(trace_id)
}

/// Whether it is this many hexadecimal digits, in lower case.
fn is_hex(part: &str, length: usize) -> bool {
    part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_zero(part: &str) -> bool {
    part.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn takes_the_trace_id_of_valid_headers_only() {
        for (value, expected) in [
            (format!("00-{ID}-00f067aa0ba902b7-01"), Some(ID)),
            (format!("01-{ID}-00f067aa0ba902b7-01-later"), Some(ID)),
            (format!("00-{ID}-00f067aa0ba902b7-01-later"), None),
            (format!("ff-{ID}-00f067aa0ba902b7-01"), None),
            (format!("00-{ID}-0000000000000000-01"), None),
            (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), None),
            (format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()), None),
            (format!("00-{ID}-00f067aa0ba902b7"), None),
            (format!("00-{ID}-00f067aa0ba902b7-1"), None),
            ("00-\u{e9}".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(parse(&value), expected, "{value}");
        }
    }
}
