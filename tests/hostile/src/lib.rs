//! The derives in a crate that shadows the prelude and denies every lint it can.
#![no_implicit_prelude]

pub mod bank;
pub mod door;
pub mod facts;
pub mod forbidding;
#[deprecated]
pub mod old;
pub mod passing;
mod shadows;

#[cfg(test)]
mod tests;
