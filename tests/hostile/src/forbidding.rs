//! Forbids lints, so that nothing here may allow one, generated or not. What the attributes name is
//! deprecated, private, longer than it needs to be, or all of it.
#![forbid(
    unused_imports,
    unused_qualifications,
    unreachable_pub,
    clippy::absolute_paths
)]

use ::core::result::Result::{self, Ok};
use ::pericarp::{Aggregate, Command, Event, Handle, Query, Root};

/// An account.
#[derive(Aggregate, Clone, Debug, Default)]
#[aggregate(
    category = "forbidding",
    id = crate::old::Id,
    error = crate::old::Refused,
    events(crate::old::Wide, crate::old::Gone, crate::old::Private, self::Marked)
)]
pub struct Account {
    /// Its balance.
    pub cents: u64,
}

/// Puts something in.
#[derive(Command, Debug)]
#[command(
    aggregate = crate::forbidding::Account,
    returns = crate::old::Told,
    middleware(crate::old::Timeout::millis(3))
)]
pub struct Put {
    #[command(id)]
    id: u64,
    /// How much.
    pub cents: u64,
}

impl Put {
    /// Puts in so many.
    #[must_use]
    pub const fn new(id: u64, cents: u64) -> Self {
        Self { id, cents }
    }
}

impl Handle<Put> for Account {
    fn handle(
        account: &mut Root<Self>,
        put: &Put,
    ) -> Result<<Put as Command>::Returns, <Self as Aggregate>::Error> {
        Ok(account.cents + put.cents)
    }
}

/// Asks for something.
#[derive(Debug, Query)]
#[query(on = crate::old::View, returns = crate::old::Told, error = crate::old::Refused)]
pub struct Ask;

/// Without serde, whose derives have something to allow.
#[derive(Debug, Event)]
#[event(name = "forbidding.marked", version = 2, upcast(1 => crate::old::Mark))]
pub struct Marked;
