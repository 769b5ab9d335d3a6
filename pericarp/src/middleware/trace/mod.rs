//! A span around each request, and a line about how it ended.

mod call;
mod timed;

pub use call::Trace;
