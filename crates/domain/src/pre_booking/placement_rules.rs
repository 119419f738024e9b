use std::num::NonZeroU32;

use crate::account::{EmailUnverified, User};

/// What the shop asks of users who place pre-bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacementRules {
    /// Whether they must have verified their address.
    pub requires_verified_email: bool,
    /// How many pre-bookings of one user may wait at the same time.
    pub max_waiting: NonZeroU32,
}

impl PlacementRules {
    /// Checks that a user may place pre-bookings. The store checks how many are waiting.
    pub fn check(self, user: &User) -> Result<(), EmailUnverified> {
        if self.requires_verified_email { user.require_verified_email() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Role;
    use crate::testing::a_user;

    #[test]
    fn an_address_must_be_verified_only_if_it_is_asked_for() {
        for (requires_verified_email, email_verified, expected) in
            [(true, true, Ok(())), (true, false, Err(EmailUnverified)), (false, true, Ok(())), (false, false, Ok(()))]
        {
            let user = User { email_verified, ..a_user(Role::User) };
            assert_eq!(PlacementRules { requires_verified_email, max_waiting: NonZeroU32::MIN }.check(&user), expected);
        }
    }
}
