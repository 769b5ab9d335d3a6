//! A bounded pool of workers: jobs of one key run one after another, those of different keys at
//! once.

mod accept;
mod builder;
mod close;
mod counts;
mod error;
mod inline;
mod job;
mod key;
mod lanes;
mod pool;
mod shared;
mod stats;
mod ticket;
mod tickets;
mod turn;
mod when_full;
mod within;
mod worker;

pub use builder::WorkersBuilder;
pub use error::{JobError, RunError};
pub use pool::Workers;
pub use stats::Stats;
pub use ticket::Ticket;
pub use tickets::Tickets;
pub use when_full::WhenFull;
