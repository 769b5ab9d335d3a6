//! The application on a store: load, decide, append; and ask.

mod ask;
mod baselines;
mod core;
mod error;
mod execute;
mod folding;
mod handle;
mod keep;
mod pericarp;
#[cfg(feature = "workers")]
mod queue;
mod repetition;
mod repository;
mod retry;
mod spans;
mod unit_of_work;

pub use error::{LoadError, SaveError};
pub use handle::Takes;
#[cfg(feature = "config")]
pub(crate) use pericarp::CACHED_AGGREGATES;
pub use pericarp::{Pericarp, PericarpBuilder};
#[cfg(feature = "workers")]
pub use queue::Queue;
pub use repository::Repository;
pub use retry::Retry;
pub use unit_of_work::{Dispatch, UnitOfWork, UnitOfWorkError};
