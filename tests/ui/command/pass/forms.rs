#![deny(warnings)]

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
pub struct Opened;

#[derive(Aggregate)]
#[aggregate(category = "account", id = u64, created_by(Opened))]
pub struct Account;

impl Create<Opened> for Account {
    fn create(_: Opened, _: &Meta<'_>) -> Self {
        Account
    }
}

#[derive(Command)]
#[command(aggregate = Account, creates)]
pub struct Open<'a> {
    #[command(id)]
    pub r#type: u64,
    pub owner: &'a str,
}

impl Handle<Open<'_>> for Account {
    fn handle(account: New<'_, Self>, command: &Open<'_>) -> Result<(), Self::Error> {
        assert_eq!(command.owner, "Ann");
        account.create(Opened);
        Ok(())
    }
}

#[derive(Command)]
#[command(aggregate = Account, returns = Vec<T>, must_exist)]
pub struct Close<T: Copy + Send + Sync, const N: usize>(pub [T; N], #[command(id)] pub u64);

impl<T: Copy + Send + Sync, const N: usize> Handle<Close<T, N>> for Account {
    fn handle(_: &mut Root<Self>, command: &Close<T, N>) -> Result<Vec<T>, Self::Error> {
        Ok(command.0.to_vec())
    }
}

fn main() {
    let close = Close([1, 2], 3);
    assert_eq!(*close.id(), 3);
    let mut root = Root::new(3, Account, pericarp::Version::FIRST);
    assert_eq!(close.handle_listed(&mut root).unwrap(), [1, 2]);
    assert_eq!(*Open { r#type: 4, owner: "Ann" }.id(), 4);
}
