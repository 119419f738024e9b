use async_trait::async_trait;

use super::{AccountMail, AccountMailId, ClaimedAccountMail, NewAccountMail};
use crate::delivery::Settlement;
use crate::{RepositoryError, Timestamp};

/// Port: writes account mails, within a unit of work. Workers on several machines use it at the same time.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait AccountMailRepository: Send + Sync {
    /// Adds a mail that is due now, and wakes a worker. Does nothing if a mail to this address for this purpose is pending.
    async fn add(&self, mail: &NewAccountMail) -> Result<(), RepositoryError>;

    /// Claims up to `limit` mails that are due and not claimed, the longest due first. MUST NOT let two workers claim the same.
    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedAccountMail>, RepositoryError>;

    /// Releases claims. MUST ignore those that were released or replaced, and mails that are not pending.
    async fn release(&self, claims: &[ClaimedAccountMail]) -> Result<(), RepositoryError>;

    /// Returns a claimed mail and its account as it is now. Returns `None` if the claim no longer holds.
    async fn find_claimed(&self, claim: &ClaimedAccountMail) -> Result<Option<AccountMail>, RepositoryError>;

    /// Locks a claimed mail until the unit of work ends, and returns the number of attempts at it. Returns `None` if the claim
    /// no longer holds.
    async fn find_for_settlement(&self, claim: &ClaimedAccountMail) -> Result<Option<u32>, RepositoryError>;

    /// Writes the settlement of a mail, without its attempt, and releases the claim.
    async fn save(&self, id: AccountMailId, settlement: &Settlement) -> Result<(), RepositoryError>;
}
