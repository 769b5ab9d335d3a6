//! Copies of an aggregate's state, so that not all of its events are folded each time.

mod fingerprint;
mod json;
mod policy;

pub use policy::{SnapshotState, Snapshots};
