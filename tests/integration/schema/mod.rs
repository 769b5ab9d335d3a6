//! The schema lock.

mod lock;
mod mutations;
mod parsing;
mod report;
mod shapes;
