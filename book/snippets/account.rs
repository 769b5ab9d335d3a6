//! The bank account that most pages use.

// ANCHOR: uses
use std::borrow::Cow;
use std::fmt;

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};
// ANCHOR_END: uses

// ANCHOR: events
#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
pub(crate) struct Opened<'a> {
    #[serde(borrow)]
    pub(crate) owner: Cow<'a, str>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
pub(crate) struct Deposited {
    pub(crate) cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.withdrawn")]
pub(crate) struct Withdrawn {
    pub(crate) cents: i64,
}
// ANCHOR_END: events

// ANCHOR: id
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountId(pub(crate) u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
// ANCHOR_END: id

// ANCHOR: aggregate
#[derive(Debug, Aggregate)]
#[aggregate(
    category = "account",
    id = AccountId,
    error = AccountError,
    created_by(Opened<'_>),
    events(Deposited, Withdrawn)
)]
pub(crate) struct Account {
    pub(crate) owner: String,
    pub(crate) cents: i64,
}

impl Create<Opened<'_>> for Account {
    fn create(event: Opened<'_>, _: &Meta<'_>) -> Self {
        Account {
            owner: event.owner.into(),
            cents: 0,
        }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn, _: &Meta<'_>) {
        self.cents -= event.cents;
    }
}
// ANCHOR_END: aggregate

// ANCHOR: error
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AccountError {
    #[error("{missing} cents are missing")]
    Overdrawn { missing: i64 },
    #[error("{0} is not an amount")]
    NotAnAmount(i64),
}
// ANCHOR_END: error

// ANCHOR: open
#[derive(Command)]
#[command(aggregate = Account, creates)]
pub(crate) struct Open<'a> {
    #[command(id)]
    pub(crate) account: AccountId,
    pub(crate) owner: &'a str,
}

impl Handle<Open<'_>> for Account {
    fn handle(new: New<'_, Self>, open: &Open<'_>) -> Result<(), AccountError> {
        new.create(Opened {
            owner: open.owner.into(),
        });
        Ok(())
    }
}
// ANCHOR_END: open

#[derive(Command)]
#[command(aggregate = Account)]
pub(crate) struct Deposit {
    #[command(id)]
    pub(crate) account: AccountId,
    pub(crate) cents: i64,
}

impl Handle<Deposit> for Account {
    fn handle(account: &mut Root<Self>, deposit: &Deposit) -> Result<(), AccountError> {
        if deposit.cents <= 0 {
            return Err(AccountError::NotAnAmount(deposit.cents));
        }
        account.emit(Deposited {
            cents: deposit.cents,
        });
        Ok(())
    }
}

// ANCHOR: withdraw
#[derive(Command)]
#[command(aggregate = Account, returns = i64)]
pub(crate) struct Withdraw {
    #[command(id)]
    pub(crate) account: AccountId,
    pub(crate) cents: i64,
}

impl Handle<Withdraw> for Account {
    fn handle(account: &mut Root<Self>, withdraw: &Withdraw) -> Result<i64, AccountError> {
        let missing = withdraw.cents - account.cents;
        if missing > 0 {
            return Err(AccountError::Overdrawn { missing });
        }
        account.emit(Withdrawn {
            cents: withdraw.cents,
        });
        Ok(account.cents)
    }
}
// ANCHOR_END: withdraw
