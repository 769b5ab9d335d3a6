//! Counts the instructions of what the derives generate, beside the same work written by hand.
//!
//! A count is the same on a busy machine, so a test can hold it. Each [`Work`] is run under
//! valgrind for few rounds and for many, and the difference is what its rounds cost.

mod chain;
mod counting;
mod decode;
mod ready_made;
mod work;

pub use counting::{CountError, collected, find_valgrind, per_round};
pub use work::Work;
