//! The events and the aggregate that every measurement uses.

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

/// Money came in. About 190 bytes of JSON, and no allocation to decode.
#[derive(Clone, Copy, Debug, Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
pub struct Deposited<'a> {
    /// How much.
    pub cents: i64,
    /// Where it came from.
    #[event(no_escapes)]
    pub from: &'a str,
    /// What for.
    #[event(no_escapes)]
    pub note: &'a str,
    /// How much there is now.
    pub balance: i64,
    /// How it came.
    #[event(no_escapes)]
    pub channel: &'a str,
}

impl Deposited<'static> {
    /// The event number `n`.
    pub const fn number(n: i64) -> Self {
        Self {
            cents: n,
            from: "NL91ABNA0417164300",
            note: "Invoice 2026-11-0042, for the delivery of four crates of pears in October",
            balance: n * 2,
            channel: "wire",
        }
    }
}

/// An account.
#[derive(Aggregate, Debug, Default)]
#[aggregate(category = "account", id = u64, events(Deposited<'_>))]
pub struct Account {
    /// How much there is.
    pub cents: i64,
    /// How often money came in.
    pub deposits: u64,
}

impl Apply<Deposited<'_>> for Account {
    fn apply(&mut self, event: Deposited<'_>, _: &Meta<'_>) {
        self.cents += event.cents;
        self.deposits += event.note.len() as u64 & 1;
    }
}
