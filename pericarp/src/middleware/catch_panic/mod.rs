//! A panic that is an error of its request alone.

mod call;
mod error;
mod unwound;

pub use call::CatchPanic;
pub use error::Panicked;
