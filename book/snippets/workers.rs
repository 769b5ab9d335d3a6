//! Jobs and commands on a bounded pool of workers.

use pericarp::Pericarp;
use pericarp::store::MemoryStore;
use pericarp::workers::{Tickets, WhenFull, Workers};

use crate::Outcome;
use crate::account::{AccountId, Deposit, Open};

#[tokio::test]
async fn jobs_of_one_key_run_one_after_another() -> Outcome {
    // ANCHOR: run
    let workers = Workers::builder()
        .workers(4)
        .capacity(256)
        .when_full(WhenFull::Wait)
        .build();
    let letter = workers.run("ann", async { "letter written" }).await?;
    let stamp = workers.run("ann", async { "stamp on it" }).await?; // after the letter
    let other = workers.run("bob", async { "beside both" }).await?;
    // ANCHOR_END: run
    assert_eq!(letter.await?, "letter written");
    assert_eq!(stamp.await?, "stamp on it");
    assert_eq!(other.await?, "beside both");
    // ANCHOR: close
    workers.close().await;
    let stats = workers.stats();
    assert_eq!((stats.completed, stats.queued), (3, 0));
    // ANCHOR_END: close
    Ok(())
}

#[tokio::test]
async fn commands_are_sent_and_their_outcomes_awaited() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let (account, owner) = (AccountId(1), "Ann");
    app.execute(Open { account, owner }).await?;
    let workers = Workers::builder().build();
    // ANCHOR: queue
    let queue = app.queue(workers);
    let mut tickets = Tickets::new();
    for cents in [5, 10, 20] {
        tickets.push(queue.send(Deposit { account, cents }).await?);
    }
    while let Some((number, result)) = tickets.next().await {
        let response = result??;
        println!("{number}: {:?}", response.committed);
    }
    // ANCHOR_END: queue
    assert_eq!(queue.workers().stats().completed, 3);
    Ok(())
}
