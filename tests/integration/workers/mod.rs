//! Jobs with keys on a bounded pool: in order, none lost, whatever the pool does when it is full.

mod ends;
mod full;
mod inline;
mod itself;
mod order;
mod queue;
mod results;

use pericarp::workers::{WhenFull, Workers};
use tokio::sync::oneshot;

fn workers(workers: usize, capacity: usize, when_full: WhenFull) -> Workers {
    Workers::builder()
        .workers(workers)
        .capacity(capacity)
        .when_full(when_full)
        .build()
}

/// A job that is at work until it is let go: tells when it begins.
struct Held {
    begun: oneshot::Receiver<()>,
    let_go: oneshot::Sender<()>,
}

fn held() -> (Held, impl Future<Output = ()> + Send + 'static) {
    let (begins, begun) = oneshot::channel();
    let (let_go, may_end) = oneshot::channel();
    let job = async move {
        let _ = begins.send(());
        let _ = may_end.await;
    };
    (Held { begun, let_go }, job)
}

/// Has a job of `key` at work until it is let go.
async fn occupy(workers: &Workers, key: &str) -> oneshot::Sender<()> {
    let (held, job) = held();
    drop(workers.run(key, job).await.unwrap());
    held.begun.await.unwrap();
    held.let_go
}

/// Lets everything that can go on, go on: as many turns as all of a test's tasks need.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
