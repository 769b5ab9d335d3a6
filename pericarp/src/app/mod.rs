//! The write model on a store: load, decide, append.

mod error;
mod execute;
mod pericarp;
mod repository;
mod retry;
mod unit_of_work;

pub use error::{ExecuteError, LoadError, SaveError};
pub use execute::Done;
pub use pericarp::{Pericarp, PericarpBuilder};
pub use repository::Repository;
pub use retry::Retry;
pub use unit_of_work::{Dispatch, UnitOfWork, UnitOfWorkError};
