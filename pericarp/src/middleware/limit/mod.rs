//! So many at once, so many who wait, and no more.

mod call;
mod error;
mod permits;

pub use call::Limit;
pub use error::TooMany;
pub use permits::Permits;
