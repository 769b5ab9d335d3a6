//! Subscribing to events that are stored.

use std::sync::{Arc, Mutex};

use pericarp::Pericarp;
use pericarp::dispatcher::{DispatchErrors, Dispatcher};
use pericarp::store::MemoryStore;

use crate::Outcome;
use crate::account::{Account, AccountId, Deposited, Open};

#[tokio::test]
async fn handlers_subscribe_and_failures_are_tried_again() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let (account, owner) = (AccountId(1), "Ann");
    app.execute(Open { account, owner }).await?;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let attempts = Arc::new(Mutex::new(0));
    let (log, tries) = (lines.clone(), attempts.clone());
    // ANCHOR: subscribe
    let dispatcher = Dispatcher::builder()
        .on("mail", move |deposited: Deposited, record| {
            let (to, tries) = (record.stream.to_owned(), tries.clone());
            async move {
                let mut tries = tries.lock().map_err(|_| "a thread panicked")?;
                *tries += 1;
                if *tries == 1 {
                    return Err(format!("no mail for {to} about {}", deposited.cents).into());
                }
                Ok(())
            }
        })
        .on_patterns("audit", ["account.*", "user.**"], move |record| {
            let line = format!("{} at {}", record.event_type, record.position);
            let log = log.clone();
            async move {
                log.lock().map_err(|_| "a thread panicked")?.push(line);
                Ok(())
            }
        })
        .build()?;
    // ANCHOR_END: subscribe
    let mut root = app.load::<Account>(&account).await?.ok_or("it exists")?;
    root.emit(Deposited { cents: 5 });
    // ANCHOR: retry
    let mut work = app.unit_of_work();
    work.add(&mut root);
    if let Err(error) = work.commit_and_dispatch(&dispatcher).await {
        // Stored all the same; try the handlers that failed once more.
        let failed = DispatchErrors::of(&error).ok_or("nothing was stored")?;
        for error in failed.errors() {
            println!("{error}: {}", error.source);
        }
        dispatcher.retry(failed).await?;
    }
    // ANCHOR_END: retry
    assert_eq!(*attempts.lock().map_err(|_| "a thread panicked")?, 2);
    let lines = lines.lock().map_err(|_| "a thread panicked")?;
    assert_eq!(*lines, ["account.deposited at 2"]);
    Ok(())
}
