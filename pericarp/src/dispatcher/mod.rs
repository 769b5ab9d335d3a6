//! Tells those who have subscribed about events that are stored.

mod builder;
mod deliver;
mod error;
mod handler;
mod pattern;
mod table;

pub use builder::{Dispatcher, DispatcherBuilder};
pub use error::{DispatchError, DispatchErrors, HandlerFault, SubscribeError};
pub use pattern::{InvalidPattern, Pattern};
