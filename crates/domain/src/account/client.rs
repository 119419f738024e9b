use std::net::IpAddr;

use crate::PeerNetwork;

/// The program that opened a session, as far as it is known. Users recognise their sessions by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// What the program calls itself.
    pub user_agent: Option<UserAgent>,
}

impl Client {
    /// Returns the network that limits count by.
    #[must_use]
    pub fn network(&self) -> PeerNetwork {
        self.address.map_or(PeerNetwork::OWN, PeerNetwork::of)
    }
}

/// What a program calls itself (RFC 9110, 10.1.5), of at most 255 characters. Anybody can send anything here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAgent(String);

const MAX_CHARACTERS: usize = 255;

impl UserAgent {
    /// Truncates a text, and replaces NUL, which not every store can keep. Returns `None` for an empty text.
    #[must_use]
    pub fn truncate(text: &str) -> Option<Self> {
        let kept: String = text.trim().replace('\0', "\u{fffd}").chars().take(MAX_CHARACTERS).collect();
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// Takes a text from the store, which was truncated when it was written.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_at_most_255_characters() {
        for (text, kept) in [
            ("curl/8.5.0".to_owned(), Some("curl/8.5.0".to_owned())),
            ("ü".repeat(255), Some("ü".repeat(255))),
            ("ü".repeat(256), Some("ü".repeat(255))),
            (" a\0b ".to_owned(), Some("a\u{fffd}b".to_owned())),
            ("  ".to_owned(), None),
        ] {
            assert_eq!(UserAgent::truncate(&text).map(|agent| agent.as_str().to_owned()), kept, "{text}");
        }
    }
}
