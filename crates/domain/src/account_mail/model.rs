use chrono::Duration;

use crate::Timestamp;
use crate::account::{Email, LinkPurpose, User};
use crate::delivery::{Claim, SkipReason};
use crate::id::define_id;

define_id! {
    /// Identifies an account mail.
    AccountMailId
}

/// An account mail that only one worker may send, for a while.
pub type ClaimedAccountMail = Claim<AccountMailId>;

/// An account mail that is about to be added. Whether an account has the address is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccountMail {
    /// Where the mail goes.
    pub email: Email,
    /// What its link will allow.
    pub purpose: LinkPurpose,
    /// When the mail was asked for.
    pub created_at: Timestamp,
}

/// An account mail and what decides whether to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMail {
    /// Identifies the mail.
    pub id: AccountMailId,
    /// What its link will allow.
    pub purpose: LinkPurpose,
    /// The account with the address of the mail, if there is one now.
    pub user: Option<User>,
}

impl AccountMail {
    /// The time over which links are counted.
    pub const WINDOW: Duration = Duration::hours(1);
    /// The most links of one purpose that an account gets within that time, so that nobody can fill another's mailbox.
    pub const MAX_PER_WINDOW: u64 = 5;

    /// Returns the account if the mail should be sent. `recent` is how many links of this purpose it got of late.
    ///
    /// # Errors
    /// Why the mail should be skipped.
    pub fn decide(self, recent: u64) -> Result<User, SkipReason> {
        let user = self.user.ok_or(SkipReason::NoAccount)?;
        if !user.is_active {
            Err(SkipReason::Deactivated)
        } else if self.purpose == LinkPurpose::EmailVerification && user.email_verified {
            Err(SkipReason::Verified)
        } else if recent >= Self::MAX_PER_WINDOW {
            Err(SkipReason::TooMany)
        } else {
            Ok(user)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Role;
    use crate::testing::{a_user, an_account_mail};

    #[test]
    fn goes_to_active_accounts_that_need_it_and_not_too_often() {
        use LinkPurpose::{EmailVerification, PasswordReset};
        for (purpose, exists, is_active, email_verified, recent, expected) in [
            (PasswordReset, true, true, true, 4, None),
            (PasswordReset, true, true, false, 0, None),
            (EmailVerification, true, true, false, 4, None),
            (EmailVerification, true, true, true, 0, Some(SkipReason::Verified)),
            (PasswordReset, false, true, true, 0, Some(SkipReason::NoAccount)),
            (PasswordReset, true, false, true, 0, Some(SkipReason::Deactivated)),
            (PasswordReset, true, true, true, 5, Some(SkipReason::TooMany)),
        ] {
            let user = exists.then(|| User { is_active, email_verified, ..a_user(Role::User) });
            let mail = AccountMail { purpose, user, ..an_account_mail() };
            assert_eq!(mail.clone().decide(recent).err(), expected, "{mail:?} {recent}");
        }
    }
}
