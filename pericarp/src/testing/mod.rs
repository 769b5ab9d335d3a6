//! The test kit: given/when/then for aggregates, and what holds a store to its promises.

#[cfg(feature = "store")]
pub mod conformance;
mod given;

pub use given::{Events, Given, Scenario, Then};
