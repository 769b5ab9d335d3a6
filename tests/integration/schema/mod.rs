//! The schema lock.

mod shapes;
