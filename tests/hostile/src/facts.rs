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

/// Where money went.
#[derive(Debug, ::pericarp::Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Place<'a, T, const N: usize> {
    /// To somebody.
    #[serde(alias = "person")]
    Somebody {
        /// Who.
        #[serde(borrow, default)]
        r#type: Cow<'a, str>,
        /// Through whom.
        #[serde(skip_serializing_if = "::core::option::Option::is_none")]
        through: ::core::option::Option<::std::boxed::Box<Self>>,
    },
    /// Somewhere else.
    Elsewhere(T),
    /// Nowhere.
    Nowhere,
}

/// Money went out.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.paid")]
pub struct Paid<'a> {
    /// Where.
    #[serde(borrow)]
    pub to: Place<'a, u8, 3>,
    /// Not described.
    pub opaque: ::core::option::Option<Opaque>,
}

/// Has no shape.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Opaque(pub u8);

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
