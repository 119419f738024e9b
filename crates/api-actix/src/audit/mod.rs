//! The endpoint for the audit trail.

mod body;
mod list;

pub(crate) use body::AuditRecordBody;
pub(crate) use list::{__path_list, list};
