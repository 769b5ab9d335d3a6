//! Jobs that run in their callers.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use futures::poll;
use pericarp::workers::{WhenFull, Workers};
use tokio::sync::oneshot;

use super::{held, occupy, settle, workers};

/// One worker, who is occupied with a job of `a`, and one of `b` that waits in the only place.
async fn full() -> (Workers, oneshot::Sender<()>) {
    let workers = workers(1, 1, WhenFull::RunInline);
    let let_go = occupy(&workers, "a").await;
    drop(workers.run("b", async {}).await.unwrap());
    (workers, let_go)
}

#[tokio::test]
async fn one_too_many_runs_in_its_caller() {
    let (workers, _let_go) = full().await;
    let caller = tokio::spawn(async move {
        let ticket = workers.run("c", async { tokio::task::id() }).await.unwrap();
        let stats = workers.stats();
        assert_eq!((stats.inline, stats.saturated), (1, 1));
        (tokio::task::id(), ticket.await.unwrap())
    });
    let (caller, ran_in) = caller.await.unwrap();
    assert_eq!(caller, ran_in);
}

#[tokio::test]
async fn it_overtakes_nobody_of_its_key() {
    let (workers, let_go) = full().await;
    let ran = Arc::new(Mutex::new(Vec::new()));
    let note = |what| {
        let ran = ran.clone();
        async move { ran.lock().unwrap().push(what) }
    };
    // Behind the one at work, and behind the one that waits.
    let mut of_a = pin!(workers.run("a", note("second of a")));
    let mut of_b = pin!(workers.run("b", note("second of b")));
    assert!(poll!(&mut of_a).is_pending());
    assert!(poll!(&mut of_b).is_pending());
    settle().await;
    assert!(ran.lock().unwrap().is_empty());
    // Meanwhile those of other keys run.
    drop(workers.run("c", note("c")).await.unwrap());
    assert_eq!(*ran.lock().unwrap(), ["c"]);
    let_go.send(()).unwrap();
    drop((of_a.await.unwrap(), of_b.await.unwrap()));
    workers.close().await;
    assert_eq!(ran.lock().unwrap().len(), 3);
    assert_eq!(workers.stats().completed, 5);
}

#[tokio::test]
async fn a_caller_who_gives_up_before_its_turn_leaves_no_trace() {
    let (workers, let_go) = full().await;
    {
        let mut given_up = pin!(workers.run("a", async { panic!("nobody wants it") }));
        assert!(poll!(&mut given_up).is_pending());
        assert_eq!(workers.stats().queued, 2);
    }
    assert_eq!(workers.stats().queued, 1);
    let_go.send(()).unwrap();
    workers.close().await;
    assert_eq!(workers.stats().completed, 2);
}

#[tokio::test]
async fn a_caller_who_is_not_polled_holds_up_nobody() {
    let (workers, let_go) = full().await;
    let mut not_polled = pin!(workers.run("a", async { 2 }));
    assert!(poll!(&mut not_polled).is_pending());
    let mut behind = pin!(workers.run("a", async { 3 }));
    assert!(poll!(&mut behind).is_pending());
    let_go.send(()).unwrap();
    // A worker does what the caller does not.
    assert_eq!(behind.await.unwrap().await, Ok(3));
    assert_eq!(not_polled.await.unwrap().await, Ok(2));
}

#[tokio::test]
async fn a_job_whose_caller_is_dropped_goes_on_in_a_worker() {
    let (workers, let_go) = full().await;
    let (held, job) = held();
    {
        let mut dropped = pin!(workers.run("c", job));
        assert!(poll!(&mut dropped).is_pending());
        held.begun.await.unwrap();
        assert_eq!(workers.stats().inline, 1);
    }
    let behind = tokio::spawn({
        let workers = workers.clone();
        async move { workers.run("c", async { 2 }).await.unwrap().await }
    });
    let_go.send(()).unwrap();
    settle().await;
    assert!(!behind.is_finished());
    held.let_go.send(()).unwrap();
    assert_eq!(behind.await.unwrap(), Ok(2));
    workers.close().await;
    assert_eq!(workers.stats().completed, 4);
}
