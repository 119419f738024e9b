use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A text of 256 random bits from the operating system, in the URL-safe alphabet of RFC 4648.
///
/// # Errors
/// The operating system has no randomness to give.
#[expect(clippy::disallowed_methods, reason = "the ports that make secrets are implemented with this")]
pub(crate) fn random_token() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bits))
}
