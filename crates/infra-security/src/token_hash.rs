use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::TokenHash;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Returns the hash under which a token is stored. Its 256 random bits need no salt and no slow function.
pub(crate) fn token_hash(token: &SecretString) -> TokenHash {
    TokenHash::new(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose_secret().as_bytes())))
}
