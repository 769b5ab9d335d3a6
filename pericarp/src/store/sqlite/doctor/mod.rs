//! What is well with a SQLite log.

mod examine;
mod integrity;
mod plans;
mod schema;
mod settings;
mod wal;
