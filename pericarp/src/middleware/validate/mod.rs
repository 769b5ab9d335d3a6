//! Requests that are right in themselves.

mod call;
mod error;

pub use call::Validate;
pub use error::{Fault, Invalid};
