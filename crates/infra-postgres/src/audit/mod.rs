//! The audit trail.

mod reader;
mod repository;
