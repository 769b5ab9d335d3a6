//! An end to waiting.

mod call;
mod error;
mod race;

pub use call::Timeout;
pub use error::TimedOut;
#[cfg(feature = "store")]
pub(crate) use race::before;
