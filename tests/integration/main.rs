//! Everything that is tested through the public interface, as one binary.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test says where"
)]

mod ui;
