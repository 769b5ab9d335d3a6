//! Answers of queries that are kept for a while.

mod cacheable;
mod call;
mod error;

pub use cacheable::Cacheable;
pub use call::Cached;
pub use error::KeyTaken;
