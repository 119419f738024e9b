use async_trait::async_trait;

use super::{Change, Origin};
use crate::{RepositoryError, Timestamp};

/// Port: writes the audit trail, within the unit of work of the change, so that there is no change without its record.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait AuditRepository: Send + Sync {
    /// Records a change, in one statement. Records are never changed or deleted.
    async fn add(&self, origin: &Origin, change: &Change, now: Timestamp) -> Result<(), RepositoryError>;
}
