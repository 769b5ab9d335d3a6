//! An aggregate with a generated sum type, and its commands.

use ::pericarp::{Aggregate, Apply, Command, Create, Handle, Meta, New, Root};
use ::std::borrow::Cow;

use crate::facts::{Closed, Deposited, Noted, Opened};
#[allow(unused_imports, reason = "they only have to be in the way")]
use crate::shadows::{prelude::*, primitives::*};

/// An account.
#[derive(Aggregate, Debug)]
#[aggregate(
    category = "hostile",
    id = u64,
    created_by(Opened<'_>),
    events(Deposited, Closed, Opened<'_>, Noted<u8, 3>),
    dropped("hostile.flagged"),
    unknown = skip,
    newer = skip
)]
pub struct Account {
    /// Its owner.
    pub owner: ::std::string::String,
    /// Its balance.
    pub cents: i64,
}

impl Create<Opened<'_>> for Account {
    fn create(event: Opened<'_>, _: &Meta<'_>) -> Self {
        Self {
            owner: event.owner.into_owned(),
            cents: 0,
        }
    }
}

impl Apply<Opened<'_>> for Account {
    fn apply(&mut self, event: Opened<'_>, _: &Meta<'_>) {
        self.owner = event.owner.into_owned();
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.0;
    }
}

impl Apply<Closed> for Account {
    fn apply(&mut self, _: Closed, _: &Meta<'_>) {
        self.cents = 0;
    }
}

impl Apply<Noted<u8, 3>> for Account {
    fn apply(&mut self, event: Noted<u8, 3>, _: &Meta<'_>) {
        self.cents += <i64 as ::core::convert::From<u8>>::from(event.r#type);
    }
}

/// Opens an account.
#[derive(Command, Debug)]
#[command(aggregate = Account, creates)]
pub struct Open<'a> {
    /// Which.
    #[command(id)]
    pub account: u64,
    /// For whom.
    pub owner: &'a ::core::primitive::str,
}

impl Handle<Open<'_>> for Account {
    fn handle(
        account: New<'_, Self>,
        command: &Open<'_>,
    ) -> ::core::result::Result<(), Self::Error> {
        account.create(Opened {
            owner: Cow::Borrowed(command.owner),
        });
        ::core::result::Result::Ok(())
    }
}

/// Deposits money.
#[derive(Command, Debug)]
#[command(aggregate = Account, returns = i64, must_exist)]
pub struct Deposit(#[command(id)] pub u64, pub i64);

impl Handle<Deposit> for Account {
    fn handle(
        account: &mut Root<Self>,
        command: &Deposit,
    ) -> ::core::result::Result<i64, Self::Error> {
        account.emit(Deposited(command.1));
        ::core::result::Result::Ok(account.cents)
    }
}
