//! What spares loads: snapshots in the store, and aggregates that stay in memory.

mod behind;
pub(crate) mod domain;
mod meddled;
mod memory;
mod panics;
mod raced;
mod refused;
mod taken;
mod there_before;
mod unreadable;
mod waits;
