//! Telling somebody what came of each request.

mod call;
mod seen;

pub use call::Observe;
pub use seen::{Observer, Seen};
