use std::num::NonZeroU32;
use std::str::FromStr;

use api_actix::ConnectionLimits;

/// How many connections a peer may have.
const CONNECTIONS_OF_A_PEER: usize = 256;

/// The setting `RATE_LIMIT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// Nothing is limited by peer or by account.
    Off,
    /// The limits of peers are this many times as high.
    On(NonZeroU32),
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "on" => Ok(Self::On(NonZeroU32::MIN)),
            factor => {
                let factor = factor.parse().ok().filter(|factor: &NonZeroU32| factor.get() <= 1000);
                factor.map(Self::On).ok_or_else(|| "must be on, off or a whole number from 1 to 1000".to_owned())
            }
        }
    }
}

impl RateLimit {
    /// Divides connections among peers: none gets more than a quarter.
    pub(crate) fn share(self, total: usize) -> ConnectionLimits {
        let of_a_peer = match self {
            Self::Off => total,
            Self::On(factor) => (CONNECTIONS_OF_A_PEER * factor.get() as usize).min(total / 4),
        };
        ConnectionLimits { total, of_a_peer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_peer_gets_more_than_a_quarter_of_the_connections() {
        let of_a_peer = |text: &str, total| text.parse::<RateLimit>().unwrap().share(total).of_a_peer;
        assert_eq!(of_a_peer("on", 10_000), 256);
        assert_eq!(of_a_peer("4", 10_000), 1024);
        assert_eq!(of_a_peer("1000", 10_000), 2500);
        assert_eq!(of_a_peer("on", 800), 200);
        assert_eq!(of_a_peer("off", 800), 800);
    }
}
