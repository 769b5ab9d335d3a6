//! A PostgreSQL for the tests: found or started by them, shared, and gone when they are.
//!
//! ```no_run
//! # async fn test() {
//! use pericarp_tests::postgres::Server;
//!
//! let database = Server::shared().database().await;   // about 50 ms; dropped with `database`
//! let mut connection = database.connect().await;
//! sqlx::query("CREATE TABLE t (a int)").execute(&mut connection).await.unwrap();
//! # }
//! ```
//!
//! [`Server::shared`] is one server for all tests of a checkout, whichever process they run in.
//! A test that stops, kills, fills up or configures its server starts one of its own:
//! [`Server::start_own`].

mod account;
mod binaries;
mod certificate;
mod cluster;
mod database;
mod options;
mod own_server;
mod probe;
mod server;
mod shared;
mod small_disk;
mod url;

pub use database::{Database, Schema};
pub use options::Options;
pub use own_server::{Mode, OwnServer};
pub use server::Server;
pub use shared::Shared;
pub use url::Url;
