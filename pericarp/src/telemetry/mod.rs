//! One trace over all that follows from a request: the trace that it comes with, the metadata that
//! carries it with the events, and the spans of those who go on with them.

#[cfg(feature = "tracing")]
mod handling;
mod trace_parent;

#[cfg(feature = "tracing")]
pub use handling::handling;
pub use trace_parent::{InvalidTraceParent, TraceParent};
