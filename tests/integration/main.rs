//! Everything that is tested through the public interface, as one binary.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test says where"
)]

mod app;
mod borrowed;
mod cache;
mod config;
mod conformance_memory;
mod conformance_postgres;
mod conformance_sqlite;
mod derive;
mod disk;
mod dispatcher;
mod doctor;
mod doctor_postgres;
mod domain;
mod edges;
mod equipment;
mod evolution;
mod fixtures;
mod fuzzed;
mod metrics;
mod middleware;
mod on_every_store;
mod payloads;
mod postgres;
mod postgres_order;
#[cfg(unix)]
mod profiling;
#[path = "../fuzz/readers.rs"]
mod readers;
mod regressions;
mod schema;
mod snapshots;
mod sqlite;
mod sqlite_transaction;
mod telemetry;
mod transfer;
mod transfer_faults;
mod ui;
mod workers;
