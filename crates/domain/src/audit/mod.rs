//! The audit trail: who changed what, when and from where.

mod action;
mod audit_query;
mod audit_reader;
mod audit_repository;
mod list;
mod origin;
mod record;

pub use action::Action;
pub use audit_query::AuditQuery;
pub use audit_reader::AuditReader;
#[cfg(test)]
pub(crate) use audit_reader::MockAuditReader;
pub use audit_repository::AuditRepository;
#[cfg(test)]
pub(crate) use audit_repository::MockAuditRepository;
pub use list::{AuditPage, list};
pub use origin::Origin;
pub use record::{AuditRecord, AuditRecordId, Change, Details};
