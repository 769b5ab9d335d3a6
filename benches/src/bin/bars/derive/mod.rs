//! What the derives cost: while a crate is compiled, and while it runs.

pub(crate) mod check;
mod crates;
pub(crate) mod decode;
