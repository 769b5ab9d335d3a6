//! Requests by name, for edges that receive JSON: HTTP, a queue, a command line.

mod error;
mod route;
mod table;

pub use error::{DuplicateRoute, RequestFailed, RouteError};
pub use table::Routes;
