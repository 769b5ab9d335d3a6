//! An account whose events have changed more than once since its first release.

use std::borrow::Cow;
use std::cell::RefCell;
use std::num::ParseIntError;

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

thread_local! {
    static STEPS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// The steps that ran on this thread since it was last asked.
pub(super) fn steps() -> Vec<&'static str> {
    STEPS.take()
}

fn ran(step: &'static str) {
    STEPS.with_borrow_mut(|steps| steps.push(step));
}

/// Version 3, and under another name than version 1.
#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(
    name = "account.opened",
    version = 3,
    alias("account.created"),
    upcast(1 => OpenedV1<'_>, 2 => OpenedV2<'_>)
)]
pub(super) struct Opened<'a> {
    #[serde(borrow)]
    pub(super) owner: Cow<'a, str>,
    pub(super) country: Country,
}

#[derive(Clone, Copy, Serialize, Deserialize, Debug, PartialEq)]
pub(super) enum Country {
    Unknown,
    Norway,
}

#[derive(Deserialize)]
pub(super) struct OpenedV1<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct OpenedV2<'a> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
}

#[derive(Debug, thiserror::Error)]
#[error("nobody opened the account")]
pub(super) struct Nobody;

impl<'a> TryFrom<OpenedV1<'a>> for OpenedV2<'a> {
    type Error = Nobody;

    fn try_from(old: OpenedV1<'a>) -> Result<Self, Nobody> {
        ran("opened 1 to 2");
        if old.name.is_empty() {
            return Err(Nobody);
        }
        Ok(Self { owner: old.name })
    }
}

impl<'a> From<OpenedV2<'a>> for Opened<'a> {
    fn from(old: OpenedV2<'a>) -> Self {
        ran("opened 2 to 3");
        Self {
            owner: old.owner,
            country: Country::Unknown,
        }
    }
}

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account.deposited", version = 3, upcast(1 => DepositedV1, 2 => DepositedV2))]
pub(super) struct Deposited {
    pub(super) cents: i64,
    pub(super) currency: String,
}

#[derive(Deserialize)]
pub(super) struct DepositedV1 {
    amount: String,
}

#[derive(Deserialize)]
pub(super) struct DepositedV2 {
    cents: i64,
}

impl TryFrom<DepositedV1> for DepositedV2 {
    type Error = ParseIntError;

    fn try_from(old: DepositedV1) -> Result<Self, ParseIntError> {
        ran("deposited 1 to 2");
        let cents = old.amount.replace('.', "").parse()?;
        Ok(Self { cents })
    }
}

impl From<DepositedV2> for Deposited {
    fn from(old: DepositedV2) -> Self {
        ran("deposited 2 to 3");
        Self {
            cents: old.cents,
            currency: "EUR".into(),
        }
    }
}

/// What `customer.changed` said of the name.
#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(
    name = "customer.renamed",
    split_from("customer.changed", 1 => ChangedV1<'_>, 2 => ChangedV2<'_>)
)]
pub(super) struct Renamed<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
}

/// What `customer.changed` said of the address.
#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(
    name = "address.moved",
    split_from("customer.changed", 1 => ChangedV1<'_>, 2 => ChangedV2<'_>)
)]
pub(super) struct Moved {
    pub(super) city: String,
}

#[derive(Deserialize)]
pub(super) struct ChangedV1<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct ChangedV2<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(default)]
    city: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("a city without a name")]
pub(super) struct Nowhere;

impl<'a> From<ChangedV1<'a>> for ChangedV2<'a> {
    fn from(old: ChangedV1<'a>) -> Self {
        ran("changed 1 to 2");
        Self {
            name: Some(old.name),
            city: None,
        }
    }
}

impl<'a> From<ChangedV2<'a>> for Option<Renamed<'a>> {
    fn from(old: ChangedV2<'a>) -> Self {
        ran("changed to renamed");
        old.name.map(|name| Renamed { name })
    }
}

impl TryFrom<ChangedV2<'_>> for Option<Moved> {
    type Error = Nowhere;

    fn try_from(old: ChangedV2<'_>) -> Result<Self, Nowhere> {
        ran("changed to moved");
        match old.city {
            Some(city) if city.is_empty() => Err(Nowhere),
            city => Ok(city.map(|city| Moved { city })),
        }
    }
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(
    category = "account",
    id = u64,
    created_by(Opened<'_>),
    events(Moved, Renamed<'_>, Deposited),
    dropped("account.flagged")
)]
pub(super) struct Account {
    pub(super) owner: String,
    pub(super) cents: i64,
    pub(super) log: Vec<String>,
}

impl Create<Opened<'_>> for Account {
    fn create(event: Opened<'_>, _: &Meta<'_>) -> Self {
        Self {
            owner: event.owner.into(),
            cents: 0,
            log: Vec::new(),
        }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}

impl Apply<Renamed<'_>> for Account {
    fn apply(&mut self, event: Renamed<'_>, meta: &Meta<'_>) {
        self.owner = event.name.into();
        self.log.push(format!("renamed at {}", meta.version()));
    }
}

impl Apply<Moved> for Account {
    fn apply(&mut self, event: Moved, meta: &Meta<'_>) {
        self.log
            .push(format!("moved to {} at {}", event.city, meta.version()));
    }
}
