//! Results one by one, as they come, or all.

use std::pin::pin;

use futures::poll;
use pericarp::workers::{JobError, Tickets, WhenFull};

use super::{occupy, workers};

#[tokio::test]
async fn results_come_as_they_come() {
    let workers = workers(2, 10, WhenFull::Wait);
    let let_go = occupy(&workers, "busy").await;
    let mut tickets = Tickets::new();
    tickets.push(workers.run("busy", async { "late" }).await.unwrap());
    tickets.push(workers.run("idle", async { "early" }).await.unwrap());
    assert_eq!(tickets.next().await, Some((1, Ok("early"))));
    assert_eq!(tickets.len(), 1);
    {
        let mut next = pin!(tickets.next());
        assert!(poll!(&mut next).is_pending());
    }
    let_go.send(()).unwrap();
    assert_eq!(tickets.next().await, Some((0, Ok("late"))));
    assert!(tickets.is_empty());
    assert_eq!(tickets.next().await, None);
}

#[tokio::test]
async fn all_results_come_in_order() {
    let workers = workers(3, 10, WhenFull::Wait);
    let mut tickets = Vec::new();
    for n in 0..100_u32 {
        let job = async move {
            for _ in 0..100 - n {
                tokio::task::yield_now().await;
            }
            assert!(n != 50, "fifty");
            n
        };
        tickets.push(workers.run(&n, job).await.unwrap());
    }
    let results = tickets.into_iter().collect::<Tickets<_>>().all().await;
    for (result, n) in results.into_iter().zip(0..) {
        let message = String::from("fifty");
        match n {
            50 => assert_eq!(result, Err(JobError::Panicked { message })),
            _ => assert_eq!(result, Ok(n)),
        }
    }
}
