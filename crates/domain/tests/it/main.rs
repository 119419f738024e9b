//! Tests of the whole workspace.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod architecture;
mod import_circles;
mod source_file;
