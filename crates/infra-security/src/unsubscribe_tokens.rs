use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{UnsubscribeTokens, UserId};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A token is the user's identifier and its HMAC (RFC 2104), so that none has to be stored.
pub struct HmacUnsubscribeTokens {
    key: SecretString,
}

impl HmacUnsubscribeTokens {
    /// Creates the tokens of a key. All processes of the service MUST use the same key, for ever.
    #[must_use]
    pub fn new(key: SecretString) -> Self {
        Self { key }
    }

    fn mac(&self, number: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret().as_bytes()).ok()?;
        Some(mac.chain_update("unsubscribe ").chain_update(number))
    }
}

impl UnsubscribeTokens for HmacUnsubscribeTokens {
    fn issue(&self, user_id: UserId) -> String {
        let number = user_id.get().to_string();
        // An HMAC takes a key of any length.
        let mac = self.mac(&number).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        format!("{number}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
    }

    fn verify(&self, token: &str) -> Option<UserId> {
        let (number, mac) = token.split_once('.')?;
        self.mac(number)?.verify_slice(&BASE64_URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        UserId::new(number.parse().ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(key: &str) -> HmacUnsubscribeTokens {
        HmacUnsubscribeTokens::new(key.into())
    }

    #[test]
    fn a_token_names_its_user_for_ever() {
        let user_id = UserId::new(42).unwrap();
        let token = tokens("key").issue(user_id);
        assert_eq!(token, tokens("key").issue(user_id));
        assert_eq!(token, "42.wGIV8iD8KKzlkyVEaVFqqtfhSwcDx5HmrDKoFopCkHg");
        assert_eq!(tokens("key").verify(&token), Some(user_id));
    }

    #[test]
    fn other_tokens_are_invalid() {
        let token = tokens("key").issue(UserId::new(42).unwrap());
        let mac = token.split_once('.').unwrap().1;
        let shorter = &token[..token.len() - 1];
        let of_another_key = tokens("another key").issue(UserId::new(42).unwrap());
        let of_nobody = format!("0.{mac}");
        for other in [
            "",
            ".",
            "42",
            "42.",
            mac,
            shorter,
            &of_another_key,
            &of_nobody,
            &format!("43.{mac}"),
            &format!("042.{mac}"),
        ] {
            assert_eq!(tokens("key").verify(other), None, "{other}");
        }
    }
}
