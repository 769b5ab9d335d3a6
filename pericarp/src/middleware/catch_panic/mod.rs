//! A panic that is an error of its request alone.

mod call;
mod error;

pub use call::CatchPanic;
pub use error::Panicked;
