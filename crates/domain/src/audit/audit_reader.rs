use async_trait::async_trait;

use super::{AuditQuery, AuditRecord};
use crate::RepositoryError;

/// Port: reads the audit trail, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait AuditReader: Send + Sync {
    /// Returns the first `limit + 1` of the records that match, the highest identifier first.
    async fn list(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, RepositoryError>;
}
