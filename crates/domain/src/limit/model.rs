use chrono::Duration;

/// A limit. [`quota`](Self::quota) is the table of all limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Log-ins of a peer, whatever comes of them.
    LogIns,
    /// Registrations of a peer, whatever comes of them. They also tell which addresses have accounts.
    Registrations,
    /// Log-ins of a peer with the same address. A right password resets it.
    Guesses,
    /// Log-ins with the same address from all peers where its user has not logged in before.
    GuessesOfStrangers,
}

/// How often something may happen: `burst` times at once, and then again each time that `refill` has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How often at once. At least 1.
    pub burst: u32,
    /// How long until it may happen once more.
    pub refill: Duration,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 4] = [Self::LogIns, Self::Registrations, Self::Guesses, Self::GuessesOfStrangers];

    /// Returns the name that responses show.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LogIns => "log-ins",
            Self::Registrations => "registrations",
            Self::Guesses => "guesses",
            Self::GuessesOfStrangers => "guesses-of-strangers",
        }
    }

    /// Returns how often it allows.
    ///
    /// Guesses stay below 100 in any hour (OWASP ASVS 4.0, V2.2.1).
    #[must_use]
    pub fn quota(self) -> Quota {
        let (burst, seconds) = match self {
            Self::LogIns => (10, 3),
            Self::Registrations => (10, 10),
            Self::Guesses => (10, 60),
            Self::GuessesOfStrangers => (30, 60),
        };
        Quota { burst, refill: Duration::seconds(seconds) }
    }

    /// Whether it counts what one peer does, so that a network with many users may need a higher one.
    #[must_use]
    pub fn is_of_a_peer(self) -> bool {
        matches!(self, Self::LogIns | Self::Registrations)
    }
}

/// How much of a limit is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitStatus {
    /// Which limit.
    pub limit: Limit,
    /// How often it allows here.
    pub quota: Quota,
    /// How often it still allows now.
    pub left: u32,
    /// How long until it allows the next time; zero if it does now.
    pub retry_after: Duration,
}

/// A limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the limit of {} is reached", .0.limit.name())]
pub struct TooManyRequests(pub LimitStatus);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        assert_eq!(Limit::ALL.map(Limit::name).into_iter().collect::<HashSet<_>>().len(), Limit::ALL.len());
    }

    #[test]
    fn guesses_stay_below_100_in_an_hour() {
        for limit in [Limit::Guesses, Limit::GuessesOfStrangers] {
            let Quota { burst, refill } = limit.quota();
            let refilled = Duration::hours(1).num_seconds() / refill.num_seconds();
            assert!(i64::from(burst) + refilled <= 100, "{limit:?}");
        }
    }

    #[test]
    fn only_log_ins_and_registrations_count_what_one_peer_does() {
        let of_a_peer: Vec<_> = Limit::ALL.into_iter().filter(|limit| limit.is_of_a_peer()).collect();
        assert_eq!(of_a_peer, [Limit::LogIns, Limit::Registrations]);
    }

    #[test]
    fn the_error_names_the_limit() {
        let status =
            LimitStatus { limit: Limit::LogIns, quota: Limit::LogIns.quota(), left: 0, retry_after: Duration::zero() };
        assert_eq!(TooManyRequests(status).to_string(), "the limit of log-ins is reached");
    }
}
