//! Jobs that panic, and pools that end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::poll;
use pericarp::workers::{JobError, RunError, WhenFull};

use super::{held, occupy, settle, workers};

#[tokio::test]
async fn a_job_that_panics_is_the_error_of_its_ticket_alone() {
    let workers = workers(1, 10, WhenFull::Wait);
    let bad = workers.run("a", async { panic!("out of {}", "cheese") });
    let bad: Result<(), JobError> = bad.await.unwrap().await;
    let error = bad.unwrap_err();
    assert_eq!(error.code(), "job.panicked");
    let message = String::from("out of cheese");
    assert_eq!(error, JobError::Panicked { message });
    let good = workers.run("a", async { 1 }).await.unwrap();
    assert_eq!(good.await, Ok(1));
    let stats = workers.stats();
    assert_eq!((stats.panicked, stats.completed), (1, 1));
}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[tokio::test]
async fn a_panic_of_what_a_job_drops_is_its_alone_too() {
    let workers = workers(1, 10, WhenFull::Wait);
    let grenade = Grenade;
    let bad = workers.run("a", async move { drop(grenade) });
    assert_eq!(bad.await.unwrap().await.unwrap_err().code(), "job.panicked");
    let good = workers.run("a", async { 1 }).await.unwrap();
    assert_eq!(good.await, Ok(1));
    workers.close().await;
}

/// Panics when it is dropped, with another that panics when it is dropped, so many deep.
struct Grenades(u8);

impl Drop for Grenades {
    fn drop(&mut self) {
        if let Some(left) = self.0.checked_sub(1) {
            std::panic::panic_any(Self(left));
        }
    }
}

/// The panic of what a job panicked with ended the worker, and with it the pool and all that waited.
#[tokio::test]
async fn a_panic_that_brings_others_ends_no_worker() {
    let workers = workers(1, 10, WhenFull::Wait);
    let bad = workers.run("a", async { std::panic::panic_any(Grenades(3)) });
    let bad: Result<(), JobError> = bad.await.unwrap().await;
    assert_eq!(bad.unwrap_err().code(), "job.panicked");
    // A result that nobody wants.
    drop(workers.run("a", async { Grenades(3) }).await.unwrap());
    let good = workers.run("a", async { 1 }).await.unwrap();
    assert_eq!(good.await, Ok(1));
    workers.close().await;
    assert_eq!(workers.stats().completed, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pool_that_is_closed_under_load_runs_what_it_accepted() {
    for when_full in [WhenFull::Wait, WhenFull::RunInline, WhenFull::Reject] {
        let workers = workers(4, 2, when_full);
        let ran = Arc::new(AtomicU64::new(0));
        let senders: Vec<_> = (0..8_u64)
            .map(|sender| {
                let (workers, ran) = (workers.clone(), ran.clone());
                tokio::spawn(async move {
                    let mut accepted = 0;
                    loop {
                        let ran = ran.clone();
                        let job = async move {
                            tokio::task::yield_now().await;
                            ran.fetch_add(1, Ordering::Relaxed);
                        };
                        match workers.run(&sender, job).await {
                            Ok(_) => accepted += 1,
                            Err(RunError::Closed) => return accepted,
                            Err(_) => tokio::task::yield_now().await,
                        }
                    }
                })
            })
            .collect();
        while ran.load(Ordering::Relaxed) < 1_000 {
            tokio::task::yield_now().await;
        }
        workers.close().await;
        let ran = ran.load(Ordering::Relaxed);
        let mut accepted = 0;
        for sender in senders {
            accepted += sender.await.unwrap();
        }
        assert_eq!(accepted, ran);
        assert_eq!(workers.stats().completed, ran);
    }
}

#[tokio::test]
async fn those_who_wait_for_a_place_are_refused_by_a_pool_that_closes() {
    let workers = workers(1, 1, WhenFull::Wait);
    let let_go = occupy(&workers, "a").await;
    drop(workers.run("b", async {}).await.unwrap());
    let mut waits = pin!(workers.run("c", async {}));
    assert!(poll!(&mut waits).is_pending());
    let mut closes = pin!(workers.close());
    assert!(poll!(&mut closes).is_pending());
    assert_eq!(waits.await.map(drop), Err(RunError::Closed));
    assert!(poll!(&mut closes).is_pending());
    let_go.send(()).unwrap();
    closes.await;
    assert_eq!(workers.stats().completed, 2);
    workers.close().await;
}

#[tokio::test]
async fn who_drops_the_pool_loses_nothing() {
    let pool = workers(1, 100, WhenFull::Wait);
    let let_go = occupy(&pool, "a").await;
    let mut tickets = Vec::new();
    for n in 0..50 {
        tickets.push(pool.run("a", async move { n }).await.unwrap());
    }
    drop(pool);
    let_go.send(()).unwrap();
    for (ticket, n) in tickets.into_iter().zip(0..) {
        assert_eq!(ticket.await, Ok(n));
    }
}

#[test]
fn jobs_that_a_runtime_takes_with_it_are_lost_and_say_so() {
    let theirs = tokio::runtime::Runtime::new().unwrap();
    let ours = tokio::runtime::Runtime::new().unwrap();
    let workers = theirs.block_on(async { workers(1, 10, WhenFull::Wait) });
    let (held, job) = held();
    let (at_work, waits) = ours.block_on(async {
        let at_work = workers.run("a", job).await.unwrap();
        held.begun.await.unwrap();
        (at_work, workers.run("a", async {}).await.unwrap())
    });
    drop(theirs);
    ours.block_on(async {
        assert_eq!(at_work.await, Err(JobError::Lost));
        assert_eq!(waits.await, Err(JobError::Lost));
        let late = workers.run("a", async {}).await.map(drop);
        assert_eq!(late, Err(RunError::Closed));
        workers.close().await;
        settle().await;
    });
}
