//! Telling others about events that are stored.

use std::sync::Mutex;

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, StoreFault};
use pericarp::{Dispatch, Page, Pericarp};

use crate::Outcome;
use crate::account::{Account, AccountId, Deposit, Deposited, Open};

// ANCHOR: dispatcher
#[derive(Default)]
struct Mailbox {
    letters: Mutex<Vec<String>>,
}

impl Dispatch for Mailbox {
    async fn dispatch(&self, events: &Page) -> Result<(), StoreFault> {
        let mut letters = self.letters.lock().map_err(|_| "a thread panicked")?;
        for event in events.events() {
            letters.push(format!("{}: {}", event.stream, event.event_type));
        }
        Ok(())
    }
}
// ANCHOR_END: dispatcher

#[tokio::test]
async fn first_stored_then_dispatched() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let (account, owner) = (AccountId(1), "Ann");
    app.execute(Open { account, owner }).await?;
    app.execute(Deposit { account, cents: 1 }).await?;
    let mut root = app.load::<Account>(&account).await?.ok_or("it exists")?;
    Root::set_context(&mut root, app.context());
    root.emit(Deposited { cents: 5 });
    let mailbox = Mailbox::default();
    // ANCHOR: commit_and_dispatch
    let mut work = app.unit_of_work();
    work.add(&mut root);
    work.commit_and_dispatch(&mailbox).await?;
    // ANCHOR_END: commit_and_dispatch
    let letters = mailbox.letters.into_inner()?;
    assert_eq!(letters, ["account-1: account.deposited"]);
    Ok(())
}
