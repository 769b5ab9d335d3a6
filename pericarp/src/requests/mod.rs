//! What commands and queries have in common: what comes, with what it comes, and what comes of it.

mod ask_error;
mod execute_error;
mod failure;
mod handled_by;
mod handler;
mod payload;
mod principal;
mod provide;
mod request;
mod response;
mod stopped;

pub use ask_error::AskError;
pub use execute_error::ExecuteError;
pub use failure::Failure;
pub use handled_by::{ByAggregate, ByReadModel};
pub use handler::Handler;
pub use payload::Payload;
pub use principal::Principal;
pub use provide::Provide;
pub use request::{Request, RequestKind};
pub use response::{Outcome, Response};
pub use stopped::Stopped;
