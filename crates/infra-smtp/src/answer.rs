//! What the mail server said, as it is kept and shown.

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;

/// What is worth keeping of an answer. A mail server may say as much as it likes.
const MAX_CHARACTERS: usize = 500;

pub(crate) fn of_response(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    one_line(&format!("{} {}", response.code(), lines.join(" ")))
}

pub(crate) fn of_error(error: &Error) -> String {
    one_line(&error.to_string())
}

/// A text without line ends, NUL, and whatever else is not to be shown as it is.
pub(crate) fn one_line(text: &str) -> String {
    let visible = text.split(|character: char| character.is_control() || character.is_whitespace());
    let words: Vec<&str> = visible.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_short_line() {
        assert_eq!(one_line(" no\r\nsuch\0user\x1b[31m  here "), "no such user [31m here");
        assert_eq!(one_line(&"ü".repeat(9999)).chars().count(), MAX_CHARACTERS);
    }
}
