//! A network between a client and PostgreSQL that counts what passes, and fails on demand.
//!
//! ```no_run
//! # async fn test() {
//! use pericarp_tests::postgres::Server;
//! use pericarp_tests::proxy::{Proxy, When};
//! use sqlx::{Connection, PgConnection};
//!
//! let database = Server::shared().database().await;
//! let proxy = Proxy::start(database.url()).await;
//! let mut client = PgConnection::connect(&proxy.url().to_string()).await.unwrap();
//!
//! proxy.reset();
//! sqlx::query("SELECT 1").execute(&mut client).await.unwrap();
//! assert_eq!(proxy.counts().statements(), 1);
//!
//! let fault = proxy.cut_after(When::sql("CREATE"));
//! let unknown = sqlx::query("CREATE TABLE t ()").execute(&mut client).await;
//! fault.struck().await;
//! unknown.unwrap_err();              // and yet the table is there
//! # }
//! ```

mod counts;
mod fault;
mod frames;
mod network;
mod relay;
mod statements;

pub use counts::Counts;
pub use fault::{Fault, When};
pub use network::Proxy;
