//! Another try, where the first did nothing.

mod call;

pub use call::Retry;
