//! Commands that may be sent twice.

mod call;

pub use call::Idempotent;
