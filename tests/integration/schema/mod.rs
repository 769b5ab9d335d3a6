//! The schema lock.

mod lock;
mod mutations;
mod parsing;
mod remembered;
mod report;
mod shapes;
mod streams;
mod unseen;
