//! A policy that decides who may ask what.

mod call;
mod error;
mod policy;

pub use call::Authorise;
pub use error::Denied;
pub use policy::Policy;
