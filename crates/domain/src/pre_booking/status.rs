use crate::Timestamp;

/// Where a pre-booking stands. It only ever moves forward: waiting, notified, cancelled, where notified may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its book has not come back since it was placed.
    Waiting,
    /// Its book came back.
    Notified {
        /// When it was notified.
        at: Timestamp,
    },
    /// Its user took it back. Final.
    Cancelled {
        /// When it was cancelled.
        at: Timestamp,
        /// When it had been notified, if that was before.
        notified_at: Option<Timestamp>,
    },
}

/// What is recorded of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// When it was cancelled.
    pub at: Timestamp,
    /// Whether it had been notified by then. A restock that comes later must not notify it.
    pub was_notified: bool,
}

impl Status {
    /// The status that follows from what is recorded: facts, not flips.
    ///
    /// `restocked_at` is the time of the restock that ended the pre-booking's round, if there was one. A placement that the
    /// restock overtook belongs to a round that has ended: it is notified the moment it exists, never before.
    ///
    /// The SQL view `pre_booking_statuses` states this same rule; a property test holds the two against each other.
    #[must_use]
    pub fn of(created_at: Timestamp, cancellation: Option<Cancellation>, restocked_at: Option<Timestamp>) -> Self {
        let notified_at = restocked_at.map(|at| at.max(created_at));
        match (cancellation, notified_at) {
            (Some(Cancellation { at, was_notified }), notified_at) => {
                Self::Cancelled { at, notified_at: notified_at.filter(|_| was_notified) }
            }
            (None, Some(at)) => Self::Notified { at },
            (None, None) => Self::Waiting,
        }
    }

    /// The status without its times.
    #[must_use]
    pub fn kind(&self) -> StatusKind {
        match self {
            Self::Waiting => StatusKind::Waiting,
            Self::Notified { .. } => StatusKind::Notified,
            Self::Cancelled { .. } => StatusKind::Cancelled,
        }
    }

    /// When it was notified, if ever.
    #[must_use]
    pub fn notified_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Waiting => None,
            Self::Notified { at } => Some(at),
            Self::Cancelled { notified_at, .. } => notified_at,
        }
    }

    /// When it was cancelled, if ever.
    #[must_use]
    pub fn cancelled_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Waiting | Self::Notified { .. } => None,
            Self::Cancelled { at, .. } => Some(at),
        }
    }
}

/// The name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusKind {
    /// See [`Status::Waiting`].
    Waiting,
    /// See [`Status::Notified`].
    Notified,
    /// See [`Status::Cancelled`].
    Cancelled,
}

impl StatusKind {
    /// Every status there is.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Notified, Self::Cancelled];

    /// The name as users and the store know it.
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
    fn the_status_follows_from_the_facts() {
        let before = Some(Cancellation { at: at(20), was_notified: false });
        let after = Some(Cancellation { at: at(20), was_notified: true });
        for (cancellation, restocked_at, expected) in [
            (None, None, Status::Waiting),
            (None, Some(at(15)), Status::Notified { at: at(15) }),
            // A placement that the restock overtook.
            (None, Some(at(5)), Status::Notified { at: at(10) }),
            (before, None, Status::Cancelled { at: at(20), notified_at: None }),
            // A later restock does not notify what was cancelled while it waited.
            (before, Some(at(30)), Status::Cancelled { at: at(20), notified_at: None }),
            (after, Some(at(15)), Status::Cancelled { at: at(20), notified_at: Some(at(15)) }),
            (after, Some(at(5)), Status::Cancelled { at: at(20), notified_at: Some(at(10)) }),
        ] {
            assert_eq!(Status::of(at(10), cancellation, restocked_at), expected, "{cancellation:?} {restocked_at:?}");
        }
    }
}
