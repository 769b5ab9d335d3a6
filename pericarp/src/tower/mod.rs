//! Between Pericarp and [tower](https://docs.rs/tower): an application as a `Service`, and tower's
//! layers as middlewares.
//!
//! It is an edge: a future is boxed for each request that passes, which the rest of a chain does
//! without.

mod error;
mod from_tower;
mod innermost;
mod service;

pub use error::TowerFailed;
pub use from_tower::FromTower;
pub use innermost::{Call, Innermost};
pub use service::RequestService;
