//! The test kit: given/when/then for aggregates, a store that fails on demand, and what holds a
//! store to its promises.

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "store")]
mod fault;
mod given;
mod stored;

#[cfg(feature = "conformance")]
#[doc(inline)]
pub use crate::__conformance_suite as conformance_suite;
#[cfg(feature = "store")]
pub use fault::{Fault, Faulty};
pub use given::{Events, Given, Scenario, Then};
pub use stored::Stored;
