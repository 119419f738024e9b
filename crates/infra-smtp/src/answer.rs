//! Formats the replies of a mail server to store and show them.

use lettre::transport::smtp::response::Response;

/// Longer replies are truncated. A mail server may send replies of any length.
const MAX_CHARACTERS: usize = 500;

pub(crate) fn of_response(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    one_line(&format!("{} {}", response.code(), lines.join(" ")))
}

/// Replaces line ends, NUL, other control characters and repeated spaces by single spaces, and truncates the text.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_control() || character.is_whitespace());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_becomes_one_short_line() {
        assert_eq!(one_line(" no\r\nsuch\0user\x1b[31m  here "), "no such user [31m here");
        assert_eq!(one_line(&"ü".repeat(9999)).chars().count(), MAX_CHARACTERS);
    }
}
