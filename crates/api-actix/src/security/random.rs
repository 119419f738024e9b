use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::delivery::Jitter;

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

/// Chance from the operating system.
pub(crate) struct SystemJitter;

impl Jitter for SystemJitter {
    #[expect(clippy::disallowed_methods, reason = "this is the port that chance comes from")]
    fn fraction(&self) -> f64 {
        // Where there is no chance the middle will do: only the spread is lost.
        getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
    }
}
