use crate::Timestamp;

/// The state of a pre-booking. It only moves forward: from waiting to notified, and from both to cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreBookingState {
    /// The book was not restocked since the pre-booking was placed.
    Waiting,
    /// The book was restocked.
    Notified {
        /// When the user was notified.
        at: Timestamp,
    },
    /// The user cancelled the pre-booking. Final.
    Cancelled {
        /// When the user cancelled.
        at: Timestamp,
        /// When the user was notified, if that was before.
        notified_at: Option<Timestamp>,
    },
}

/// A cancellation as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// When the user cancelled.
    pub at: Timestamp,
    /// Whether the pre-booking was notified before. A later restock must not notify it.
    pub was_notified: bool,
}

impl PreBookingState {
    /// Derives the state from what is recorded.
    ///
    /// `restocked_at` is the time of the restock that ended the pre-booking's round, if there was one. It may lie before
    /// `created_at` if the two overlapped; `notified_at` is then `created_at`.
    ///
    /// The SQL view `pre_booking_statuses` states the same rule, and a property test compares the two.
    #[must_use]
    pub fn of(created_at: Timestamp, cancellation: Option<Cancellation>, restocked_at: Option<Timestamp>) -> Self {
        let is_notified = cancellation.is_none_or(|cancellation| cancellation.was_notified);
        let notified_at = restocked_at.filter(|_| is_notified).map(|at| at.max(created_at));
        Self::from_stored(notified_at, cancellation.map(|cancellation| cancellation.at))
    }

    /// Takes the times of a pre-booking from the view `pre_booking_statuses`.
    #[must_use]
    pub fn from_stored(notified_at: Option<Timestamp>, cancelled_at: Option<Timestamp>) -> Self {
        match (cancelled_at, notified_at) {
            (Some(at), notified_at) => Self::Cancelled { at, notified_at },
            (None, Some(at)) => Self::Notified { at },
            (None, None) => Self::Waiting,
        }
    }

    /// Returns the state without its times.
    #[must_use]
    pub fn status(&self) -> PreBookingStatus {
        match self {
            Self::Waiting => PreBookingStatus::Waiting,
            Self::Notified { .. } => PreBookingStatus::Notified,
            Self::Cancelled { .. } => PreBookingStatus::Cancelled,
        }
    }

    /// Returns when the user was notified. A notified pre-booking keeps this time when it is cancelled.
    #[must_use]
    pub fn notified_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Waiting => None,
            Self::Notified { at } => Some(at),
            Self::Cancelled { notified_at, .. } => notified_at,
        }
    }

    /// Returns when the user cancelled.
    #[must_use]
    pub fn cancelled_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Waiting | Self::Notified { .. } => None,
            Self::Cancelled { at, .. } => Some(at),
        }
    }
}

/// A [`PreBookingState`] without its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreBookingStatus {
    /// The book was not restocked since the pre-booking was placed.
    Waiting,
    /// The book was restocked.
    Notified,
    /// The user cancelled. Final.
    Cancelled,
}

impl PreBookingStatus {
    /// All statuses.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Notified, Self::Cancelled];

    /// Returns the name that the API and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Notified => "notified",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn has_the_times_of_its_changes() {
        for (state, status, notified_at, cancelled_at) in [
            (PreBookingState::Waiting, "waiting", None, None),
            (PreBookingState::Notified { at: at(15) }, "notified", Some(at(15)), None),
            (PreBookingState::Cancelled { at: at(20), notified_at: None }, "cancelled", None, Some(at(20))),
            (
                PreBookingState::Cancelled { at: at(20), notified_at: Some(at(15)) },
                "cancelled",
                Some(at(15)),
                Some(at(20)),
            ),
        ] {
            assert_eq!(state.status().as_str(), status);
            assert_eq!((state.notified_at(), state.cancelled_at()), (notified_at, cancelled_at), "{state:?}");
        }
    }

    #[test]
    fn derives_the_status_from_what_is_recorded() {
        let before = Some(Cancellation { at: at(20), was_notified: false });
        let after = Some(Cancellation { at: at(20), was_notified: true });
        for (cancellation, restocked_at, expected) in [
            (None, None, PreBookingState::Waiting),
            (None, Some(at(15)), PreBookingState::Notified { at: at(15) }),
            // The placement overlapped with the restock.
            (None, Some(at(5)), PreBookingState::Notified { at: at(10) }),
            (before, None, PreBookingState::Cancelled { at: at(20), notified_at: None }),
            // A later restock does not notify a pre-booking that was cancelled while waiting.
            (before, Some(at(30)), PreBookingState::Cancelled { at: at(20), notified_at: None }),
            (after, Some(at(15)), PreBookingState::Cancelled { at: at(20), notified_at: Some(at(15)) }),
            (after, Some(at(5)), PreBookingState::Cancelled { at: at(20), notified_at: Some(at(10)) }),
        ] {
            assert_eq!(
                PreBookingState::of(at(10), cancellation, restocked_at),
                expected,
                "{cancellation:?} {restocked_at:?}"
            );
        }
    }
}
