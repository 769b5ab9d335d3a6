//! Jobs that give work to their own pool.

use pericarp::workers::{JobError, RunError, WhenFull};
use tokio::sync::oneshot;

use super::workers;

/// It waited for ever, and the lane with it.
#[tokio::test]
async fn a_job_that_waits_for_a_later_one_of_its_key_is_told() {
    let workers = workers(2, 10, WhenFull::Wait);
    let (ran, has_run) = oneshot::channel();
    let job = {
        let workers = workers.clone();
        async move {
            let later = workers.run("a", async move { ran.send(()) }).await.unwrap();
            let beside = workers.run("b", async { 2 }).await.unwrap();
            (later.await.map(drop), beside.await)
        }
    };
    let outcome = workers.run("a", job).await.unwrap().await.unwrap();
    assert_eq!(outcome, (Err(JobError::WaitsForItself), Ok(2)));
    assert_eq!(JobError::WaitsForItself.code(), "job.waits_for_itself");
    // It runs all the same.
    has_run.await.unwrap();
    workers.close().await;
    assert_eq!(workers.stats().completed, 3);
}

/// The only worker waited for a place that only it could make, for ever.
#[tokio::test]
async fn a_job_does_not_wait_for_a_place_in_its_own_pool() {
    for when_full in [WhenFull::Wait, WhenFull::RunInline, WhenFull::Reject] {
        let workers = workers(1, 1, when_full);
        let job = {
            let workers = workers.clone();
            async move {
                let fits = workers.run("a", async {}).await;
                let same = workers.run("a", async {}).await.map(drop);
                let other = workers.run("b", async {}).await.map(drop);
                drop(fits.unwrap());
                (same, other)
            }
        };
        let full = Err(RunError::Full { capacity: 1 });
        let outcome = workers.run("a", job).await.unwrap().await.unwrap();
        assert_eq!(outcome, (full, full), "{when_full:?}");
        let stats = workers.stats();
        assert_eq!((stats.rejected, stats.inline), (2, 0));
        // Another's pool is another matter.
        let other = super::workers(1, 1, when_full);
        let theirs = other.clone();
        let job = async move { theirs.run("a", async { 3 }).await.unwrap().await };
        assert_eq!(workers.run("a", job).await.unwrap().await, Ok(Ok(3)));
        workers.close().await;
        other.close().await;
    }
}

/// Where the job panics, what it was doing is forgotten.
#[tokio::test]
async fn a_job_that_has_panicked_is_at_work_no_more() {
    let workers = workers(1, 1, WhenFull::Wait);
    let bad = workers.run("a", async { panic!("out of cheese") }).await;
    let bad: Result<(), JobError> = bad.unwrap().await;
    assert_eq!(bad.unwrap_err().code(), "job.panicked");
    let (end, ends) = oneshot::channel::<()>();
    let waits = workers.run("a", async move { ends.await.is_ok() }).await;
    let mut waits = std::pin::pin!(waits.unwrap());
    assert!(futures::poll!(&mut waits).is_pending());
    end.send(()).unwrap();
    assert_eq!(waits.await, Ok(true));
}
