//! What holds for the whole workspace, from the outside.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod architecture;
