use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::delivery::Jitter;

/// Returns 256 random bits from the operating system, as URL-safe base64 (RFC 4648, 5).
///
/// # Errors
/// The operating system has no source of randomness.
#[expect(clippy::disallowed_methods, reason = "the ports that generate secrets use this")]
pub fn random_token() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bits))
}

/// Chance from the operating system.
pub struct SystemJitter;

impl Jitter for SystemJitter {
    #[expect(clippy::disallowed_methods, reason = "this implements the port for chance")]
    fn fraction(&self) -> f64 {
        // Without randomness 0.5 is good enough: delays are then no longer spread out.
        getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
    }
}
