use super::{AuditQuery, AuditReader, AuditRecord, AuditRecordId};
use crate::RepositoryError;
use crate::page::truncate;

/// One page of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The records, newest first.
    pub items: Vec<AuditRecord>,
    /// The position to continue after; `None` on the last page.
    pub next: Option<AuditRecordId>,
}

/// Lists the changes that were recorded, newest first.
pub async fn list(audit: &dyn AuditReader, query: &AuditQuery) -> Result<AuditPage, RepositoryError> {
    let (items, next) = truncate(audit.list(query).await?, query.limit, |record| record.id);
    Ok(AuditPage { items, next })
}
