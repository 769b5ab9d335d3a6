//! What becomes of one job more than may wait.

use std::pin::pin;

use futures::poll;
use pericarp::workers::{RunError, WhenFull};

use super::{occupy, settle, workers};

#[tokio::test]
async fn one_too_many_is_refused() {
    let workers = workers(1, 2, WhenFull::Reject);
    let let_go = occupy(&workers, "a").await;
    let second = workers.run("b", async { 2 }).await.unwrap();
    let third = workers.run("c", async { 3 }).await.unwrap();
    let fourth = workers.run("d", async { 4 }).await.map(drop);
    assert_eq!(fourth, Err(RunError::Full { capacity: 2 }));
    let_go.send(()).unwrap();
    assert_eq!((second.await, third.await), (Ok(2), Ok(3)));
    let stats = workers.stats();
    assert_eq!((stats.rejected, stats.saturated, stats.accepted), (1, 1, 3));
    assert_eq!(workers.run("d", async { 4 }).await.unwrap().await, Ok(4));
}

#[tokio::test]
async fn one_too_many_waits() {
    let workers = workers(1, 1, WhenFull::Wait);
    let let_go = occupy(&workers, "a").await;
    drop(workers.run("b", async {}).await.unwrap());
    let mut third = pin!(workers.run("c", async { 3 }));
    assert!(poll!(&mut third).is_pending());
    assert_eq!(workers.stats().saturated, 1);
    let_go.send(()).unwrap();
    assert_eq!(third.await.unwrap().await, Ok(3));
}

#[tokio::test]
async fn who_gives_up_waiting_leaves_no_trace() {
    let workers = workers(1, 1, WhenFull::Wait);
    let let_go = occupy(&workers, "a").await;
    drop(workers.run("b", async {}).await.unwrap());
    {
        let mut given_up = pin!(workers.run("c", async { panic!("nobody wants it") }));
        assert!(poll!(&mut given_up).is_pending());
    }
    let_go.send(()).unwrap();
    drop(workers.run("d", async {}).await.unwrap());
    workers.close().await;
    let stats = workers.stats();
    assert_eq!((stats.accepted, stats.completed), (3, 3));
}

/// A semaphore would give the place to whoever waits longest, polled or not.
#[tokio::test]
async fn one_who_waits_and_is_not_polled_holds_up_nobody() {
    let workers = workers(1, 1, WhenFull::Wait);
    let let_go = occupy(&workers, "a").await;
    drop(workers.run("b", async {}).await.unwrap());
    let mut first = pin!(workers.run("c", async { 3 }));
    assert!(poll!(&mut first).is_pending());
    let_go.send(()).unwrap();
    settle().await;
    let second = workers.run("d", async { 4 }).await.unwrap();
    assert_eq!(second.await, Ok(4));
    assert_eq!(first.await.unwrap().await, Ok(3));
}
