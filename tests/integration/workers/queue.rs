//! Commands that are executed by workers.

use futures::executor::block_on;
use pericarp::middleware::CatchPanic;
use pericarp::store::{MemoryStore, Store};
use pericarp::workers::{Tickets, WhenFull};
use pericarp::{ExecuteError, Metadata, Outcome, Payload, Pericarp, Retry};

use super::{occupy, workers};
use crate::domain::{Add, Refusal};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_for_one_aggregate_are_executed_in_the_order_in_which_they_were_sent() {
    // Without a second attempt: nobody conflicts.
    let retry = Retry {
        attempts: 1,
        ..Retry::default()
    };
    let app = Pericarp::builder(MemoryStore::new()).retry(retry).build();
    let queue = app.queue(workers(4, 8, WhenFull::Wait));
    let mut tickets = Tickets::new();
    for n in 0..300 {
        let (tally, n) = (n % 3, 1);
        tickets.push(queue.send(Add { tally, n }).await.unwrap());
    }
    let totals = tickets.all().await.into_iter().map(|result| {
        let response = result.unwrap().unwrap();
        let last = response.committed.unwrap().streams[0].last;
        assert_eq!(last.get(), response.answer);
        response.answer
    });
    let expected = (0..300).map(|n| n / 3 + 1);
    assert!(totals.eq(expected));
    queue.workers().close().await;
}

#[tokio::test]
async fn the_lane_of_a_command_is_that_of_its_stream() {
    let app = Pericarp::new(MemoryStore::new());
    let queue = app.queue(workers(2, 8, WhenFull::Wait));
    let stream = pericarp::StreamName::new("tally", 1_u64).unwrap();
    let (held, job) = super::held();
    drop(queue.workers().run(&stream, job).await.unwrap());
    held.begun.await.unwrap();
    let behind = queue.send(Add { tally: 1, n: 1 }).await.unwrap();
    let beside = queue.send(Add { tally: 2, n: 2 }).await.unwrap();
    assert_eq!(beside.await.unwrap().unwrap().answer, 2);
    assert_eq!(queue.workers().stats().queued, 1);
    held.let_go.send(()).unwrap();
    assert_eq!(behind.await.unwrap().unwrap().answer, 1);
}

#[tokio::test]
async fn an_outcome_is_that_of_executing_it() {
    let app = Pericarp::builder(MemoryStore::new())
        .layer(CatchPanic)
        .build();
    let queue = app.queue(workers(1, 8, WhenFull::Wait)).clone();
    let refused = queue.send(Add { tally: 1, n: 2_000 }).await.unwrap();
    let error = refused.await.unwrap().unwrap_err();
    assert!(matches!(error, ExecuteError::Refused(Refusal)));
    let metadata = Metadata {
        correlation_id: Some("order-17".into()),
        ..Metadata::default()
    };
    let payload = Payload::new(Add { tally: 1, n: 1 }).with_metadata(metadata);
    let sent = queue.send_payload(payload).await.unwrap();
    let committed = sent.await.unwrap().unwrap().committed.unwrap();
    let events = app
        .store()
        .read(
            pericarp::store::Read::Commit(committed.id),
            pericarp::Page::new(),
        )
        .await
        .unwrap();
    assert!(events.first().unwrap().metadata.contains("order-17"));
}

mod nameless {
    use pericarp::prelude::*;

    use crate::domain::Added;

    #[derive(Aggregate, Default, Debug)]
    #[aggregate(category = "nameless", id = String, events(Added))]
    pub(super) struct Nameless;

    impl Apply<Added> for Nameless {
        fn apply(&mut self, _: Added, _: &Meta<'_>) {}
    }

    #[derive(Command)]
    #[command(aggregate = Nameless)]
    pub(super) struct Name {
        #[command(id)]
        pub(super) id: String,
    }

    impl Handle<Name> for Nameless {
        fn handle(nameless: &mut Root<Self>, _: &Name) -> Result<(), Self::Error> {
            nameless.emit(Added { n: 1 });
            Ok(())
        }
    }
}

#[tokio::test]
async fn an_id_that_names_no_stream_is_an_outcome() {
    let app = Pericarp::new(MemoryStore::new());
    let queue = app.queue(workers(1, 8, WhenFull::Wait));
    let id = String::from("no\0name");
    let sent = queue.send(nameless::Name { id }).await.unwrap();
    let outcome: Outcome<nameless::Name> = sent.await.unwrap();
    assert_eq!(outcome.unwrap_err().code(), "name.invalid");
}

#[test]
fn a_sender_may_be_outside_of_any_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = pericarp::workers::Workers::builder().build_on(runtime.handle());
    let queue = Pericarp::new(MemoryStore::new()).queue(pool);
    let answer = block_on(async {
        let sent = queue.send(Add { tally: 1, n: 5 }).await.unwrap();
        sent.await.unwrap().unwrap().answer
    });
    assert_eq!(answer, 5);
    runtime.block_on(async { drop(occupy(queue.workers(), "a").await) });
}
