//! One key, one order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use pericarp::workers::{Tickets, WhenFull, Workers};
use proptest::prelude::*;

use super::{occupy, workers};

/// What ran, by key.
type Ran = Arc<Mutex<HashMap<usize, Vec<usize>>>>;

/// Sends the events of these keys, one after the other from `senders` tasks, each of which has
/// keys of its own; an event gives way as often as it says.
async fn send(workers: &Workers, senders: usize, events: &[(usize, u8)], ran: &Ran) {
    let tasks: Vec<_> = (0..senders)
        .map(|sender| {
            let (workers, ran) = (workers.clone(), ran.clone());
            let own = events.iter().copied().enumerate();
            let own = own.filter(|(_, (key, _))| key % senders == sender);
            let own: Vec<_> = own.collect();
            tokio::spawn(async move {
                let mut tickets = Tickets::new();
                for (event, (key, pauses)) in own {
                    let ran = ran.clone();
                    let job = async move {
                        for _ in 0..pauses {
                            tokio::task::yield_now().await;
                        }
                        ran.lock().unwrap().entry(key).or_default().push(event);
                    };
                    tickets.push(workers.run(&key, job).await.unwrap());
                }
                assert!(tickets.all().await.iter().all(Result::is_ok));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[track_caller]
fn check_in_order(events: &[(usize, u8)], ran: &Ran) {
    let mut sent: HashMap<usize, Vec<usize>> = HashMap::new();
    for (event, (key, _)) in events.iter().enumerate() {
        sent.entry(*key).or_default().push(event);
    }
    assert_eq!(*ran.lock().unwrap(), sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_events_through_two_places_keep_their_order() {
    for when_full in [WhenFull::Wait, WhenFull::RunInline] {
        let workers = workers(4, 2, when_full);
        let events: Vec<_> = (0..10_000).map(|event| (event * 7 % 61, 1)).collect();
        let ran = Ran::default();
        send(&workers, 8, &events, &ran).await;
        workers.close().await;
        check_in_order(&events, &ran);
        let stats = workers.stats();
        assert_eq!((stats.accepted, stats.completed), (10_000, 10_000));
        assert_eq!((stats.queued, stats.running), (0, 0));
        assert!(stats.saturated > 0, "{stats:?}");
        assert_eq!((stats.rejected, stats.panicked), (0, 0));
        match when_full {
            WhenFull::RunInline => assert!(stats.inline > 0, "{stats:?}"),
            _ => assert_eq!(stats.inline, 0),
        }
    }
}

#[tokio::test]
async fn what_one_key_does_holds_up_no_other() {
    let workers = workers(2, 1_000, WhenFull::Wait);
    let let_go = occupy(&workers, "busy").await;
    let mut behind = Tickets::new();
    for _ in 0..500 {
        behind.push(workers.run("busy", async {}).await.unwrap());
    }
    for key in 0..400 {
        workers.run(&key, async {}).await.unwrap().await.unwrap();
    }
    assert_eq!(workers.stats().queued, 500);
    let_go.send(()).unwrap();
    assert_eq!(behind.all().await.len(), 500);
}

#[tokio::test]
async fn as_many_are_at_work_as_there_are_workers() {
    let workers = workers(3, 10, WhenFull::Wait);
    let mut at_work = Vec::new();
    for key in ["a", "b", "c"] {
        at_work.push(occupy(&workers, key).await);
    }
    let fourth = workers.run("d", async {}).await.unwrap();
    super::settle().await;
    let stats = workers.stats();
    assert_eq!((stats.running, stats.queued), (3, 1));
    drop(at_work);
    fourth.await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn jobs_of_a_key_run_in_the_order_in_which_they_were_sent(
        events in prop::collection::vec((0..12_usize, 0..4_u8), 1..200),
        at_once in 1..6_usize,
        capacity in 1..6_usize,
        senders in 1..5_usize,
        inline in any::<bool>(),
        threads in 1..3_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .build()
            .unwrap();
        runtime.block_on(async {
            let when_full = if inline { WhenFull::RunInline } else { WhenFull::Wait };
            let workers = workers(at_once, capacity, when_full);
            let ran = Ran::default();
            send(&workers, senders, &events, &ran).await;
            check_in_order(&events, &ran);
        });
    }
}
