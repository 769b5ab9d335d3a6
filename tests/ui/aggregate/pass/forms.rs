#![deny(warnings)]

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
pub struct Opened<'a> {
    #[event(no_escapes)]
    pub owner: &'a str,
}

pub mod entries {
    use super::*;

    #[derive(Event, Serialize, Deserialize)]
    pub enum Entry<'a, T> {
        #[event(name = "account.deposited")]
        Deposited(T),
        #[event(name = "account.noted")]
        Noted {
            #[event(no_escapes)]
            note: &'a str,
        },
    }
}

#[derive(Clone, PartialEq)]
pub struct Id<A, B>(BTreeMap<A, B>);

impl<A, B> fmt::Display for Id<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.len())
    }
}

#[derive(Aggregate)]
#[aggregate(
    category = "account",
    id = Id<u8, u8>,
    error = fmt::Error,
    created_by(Opened<'_>),
    events(Opened<'_>, entries::Entry<'_, u8>),
    enum_name = AccountFact,
)]
pub struct Account;

impl Create<Opened<'_>> for Account {
    fn create(_: Opened<'_>, _: &Meta<'_>) -> Self {
        Account
    }
}

impl Apply<Opened<'_>> for Account {
    fn apply(&mut self, _: Opened<'_>, _: &Meta<'_>) {}
}

impl Apply<entries::Entry<'_, u8>> for Account {
    fn apply(&mut self, _: entries::Entry<'_, u8>, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default)]
#[aggregate(category = "page", id = String, event = entries::Entry<'_, u64>)]
pub enum Page {
    #[default]
    Empty,
    Written,
}

impl Apply<entries::Entry<'_, u64>> for Page {
    fn apply(&mut self, _: entries::Entry<'_, u64>, _: &Meta<'_>) {
        *self = Page::Written;
    }
}

#[derive(Aggregate, Default)]
#[aggregate(category = "static", id = u8, events(Tagged<PhantomData<&'static str>>))]
struct Fixed;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "tagged")]
struct Tagged<T>(T);

impl Apply<Tagged<PhantomData<&'static str>>> for Fixed {
    fn apply(&mut self, _: Tagged<PhantomData<&'static str>>, _: &Meta<'_>) {}
}

fn main() {
    let mut account = Root::new(Id(BTreeMap::new()), Account, pericarp::Version::FIRST);
    let owner = String::from("Ann");
    account.emit(Opened { owner: &owner });
    account.emit(entries::Entry::Deposited(3));
    assert_eq!(AccountFact::KINDS.len(), 3);
    let _: AccountFact<'_> = Opened { owner: &owner }.into();
    Root::<Page>::empty("one".into()).emit(entries::Entry::Noted { note: &owner });
    Root::<Fixed>::empty(1).emit(Tagged(PhantomData));
}
