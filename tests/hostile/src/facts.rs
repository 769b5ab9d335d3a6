//! Events of every shape.

use ::pericarp::Event;
use ::serde::{Deserialize, Serialize};
use ::std::borrow::Cow;

#[allow(unused_imports, reason = "they only have to be in the way")]
use crate::shadows::prelude::*;

/// An account was opened.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(
    name = "hostile.opened",
    version = 3,
    alias("hostile.created", "hostile.born")
)]
pub struct Opened<'a> {
    /// By whom.
    #[serde(borrow)]
    pub owner: Cow<'a, str>,
}

/// Money came in.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.deposited")]
pub struct Deposited(pub i64);

/// The account was closed.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.closed")]
pub struct Closed;

/// Something was noted.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.noted")]
pub struct Noted<T, const N: usize>
where
    T: ::core::clone::Clone,
{
    /// What.
    pub r#type: T,
}
