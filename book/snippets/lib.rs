//! The code that the book shows. Every page includes it from here, and every claim a page makes
//! about it is a test.

#[cfg(test)]
mod account;
#[cfg(test)]
mod appending;
#[cfg(test)]
mod caching;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod dispatch;
#[cfg(test)]
mod dispatcher;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod evolution;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod given;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod middleware;
#[cfg(test)]
mod observability;
#[cfg(test)]
mod own_store;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod schema_lock;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod unit_of_work;
#[cfg(test)]
mod workers;

/// What a snippet that may fail returns.
#[cfg(test)]
type Outcome = Result<(), Box<dyn std::error::Error>>;
