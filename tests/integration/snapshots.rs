//! What spares loads: snapshots in the store, and aggregates that stay in memory.

pub(crate) mod domain;
mod memory;
mod refused;
mod taken;
