//! The schema lock.

mod mutations;
mod shapes;
