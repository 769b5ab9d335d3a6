//! What an application does when the store fails.

use pericarp::store::{MemoryStore, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::{ExecuteError, Pericarp, SaveError};

use crate::Outcome;
use crate::account::{AccountId, Deposit, Open};

#[tokio::test]
async fn an_unknown_outcome_is_found_out() -> Outcome {
    let account = AccountId(1);
    // ANCHOR: unknown
    let app = Pericarp::new(Faulty::new(MemoryStore::new()));
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    // The commit is stored, and the answer gets lost on its way back.
    app.store().plan(Fault::LoseAnswer);
    app.execute(Deposit { account, cents: 5 }).await?;
    assert_eq!(app.store().head().await?.get(), 2);
    assert!(app.store().is_done());
    // ANCHOR_END: unknown
    Ok(())
}

#[tokio::test]
async fn a_failure_is_typed() -> Outcome {
    let account = AccountId(1);
    let app = Pericarp::new(Faulty::new(MemoryStore::new()));
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    // ANCHOR: refused
    app.store().plan(Fault::Refuse);
    let outcome = app.execute(Deposit { account, cents: 5 }).await;
    let Err(ExecuteError::Save(SaveError::Append(error))) = outcome else {
        return Err("the store was to fail".into());
    };
    assert!(error.outcome_is_known());
    assert_eq!(error.code(), "append.failed");
    // ANCHOR_END: refused
    assert_eq!(app.store().head().await?.get(), 1);
    Ok(())
}
