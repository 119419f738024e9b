use super::{InvalidLink, LinkPurpose, TokenHash, User};
use crate::{RepositoryError, Timestamp, UnitOfWork};

/// Why a mailed link did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// The link is invalid.
    #[error(transparent)]
    InvalidLink(#[from] InvalidLink),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Locks and returns the account that a mailed link is for.
pub(super) async fn find_for_redemption(
    unit: &dyn UnitOfWork,
    purpose: LinkPurpose,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<User, RedeemError> {
    let id = unit.links().find_user(purpose, hash, now).await?.ok_or(InvalidLink)?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(InvalidLink)?;
    // Look again: another request may have used the link before the lock was held.
    unit.links().find_user(purpose, hash, now).await?.ok_or(InvalidLink)?;
    user.require_active().map_err(|_| InvalidLink)?;
    Ok(user)
}
