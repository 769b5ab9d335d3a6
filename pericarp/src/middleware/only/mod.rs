//! Requests that take a role.

mod call;

pub use call::Only;
