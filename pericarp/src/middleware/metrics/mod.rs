//! How many requests came, how long they took and what came of them.

mod call;
mod handles;

pub use call::Metrics;
pub use handles::RequestMetrics;
