//! What is well with a log in PostgreSQL.

mod examine;
mod integrity;
mod locks;
mod plans;
mod schema;
mod settings;
