//! The work that is measured: an account's events, stored and replayed by Pericarp and by hand.
//!
//! Every way of doing it uses the same schema, the same pragmas and the same payloads.

pub mod appender;
pub mod by_hand;
pub mod by_hand_postgres;
pub mod ours;
pub mod rounds;
pub mod server;
pub mod work;

/// Whatever went wrong: a benchmark has nobody to tell but the person in front of it.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
