//! From the words that were written to a model in which nothing is wrong.
//!
//! If something is, it is reported, and the model holds what is needed for a stub.

pub(crate) mod aggregate;
pub(crate) mod borrowed;
pub(crate) mod command;
pub(crate) mod event;
pub(crate) mod kind;
mod listed;
pub(crate) mod middleware;
pub(crate) mod query;
mod serde_form;
pub(crate) mod shape;
pub(crate) mod versions;
