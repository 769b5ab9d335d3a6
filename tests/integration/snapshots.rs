//! What spares loads: snapshots in the store, and aggregates that stay in memory.

mod domain;
mod memory;
mod refused;
mod taken;
