//! One load for all who ask.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use futures::poll;
use pericarp::cache::{Cache, Key};
use tokio::sync::{Barrier, oneshot};

use super::get;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_misses_of_one_key_are_one_load() {
    let cache = Cache::builder().build();
    let loads = Arc::new(AtomicU64::new(0));
    let together = Arc::new(Barrier::new(1_000));
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let (cache, loads, together) = (cache.clone(), loads.clone(), together.clone());
            tokio::spawn(async move {
                together.wait().await;
                let load = || async {
                    tokio::task::yield_now().await;
                    Ok::<_, String>(Some(loads.fetch_add(1, Ordering::SeqCst)))
                };
                let key = Key::new("test", "one");
                cache.get_or_load(&key, load).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().as_deref(), Some(&0));
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    let stats = cache.stats();
    assert_eq!((stats.loads, stats.misses), (1, 1));
    assert_eq!(stats.l1_hits + stats.shared, 999);
}

/// A load that has not come to its end, and what ends it.
async fn slow(value: u64, end: oneshot::Receiver<()>) -> Result<Option<u64>, String> {
    end.await.map_err(|_| "it is given up".to_owned())?;
    Ok(Some(value))
}

#[tokio::test]
async fn one_who_gives_up_lets_another_go() {
    let cache = Cache::builder().build();
    let key = Key::new("test", "a");
    let (_end, never) = oneshot::channel();
    let (end, ends) = oneshot::channel();
    let (_unused, unused) = oneshot::channel();
    // Not polled, though it has waited longest: nobody waits for it.
    let mut idle = pin!(cache.get_or_load(&key, || slow(3, unused)));
    let mut follows = pin!(cache.get_or_load(&key, || slow(2, ends)));
    {
        let mut leads = pin!(cache.get_or_load(&key, || slow(1, never)));
        assert!(poll!(&mut leads).is_pending());
        assert!(poll!(&mut idle).is_pending());
        assert!(poll!(&mut follows).is_pending());
        assert_eq!(cache.stats().loads, 1);
    }
    assert!(poll!(&mut follows).is_pending());
    assert_eq!(cache.stats().loads, 2);
    end.send(()).unwrap();
    assert_eq!(follows.await.unwrap().as_deref(), Some(&2));
    assert_eq!(idle.await.unwrap().as_deref(), Some(&2));
    assert_eq!(cache.stats().loads, 2);
}

#[tokio::test]
async fn a_load_that_fails_is_kept_nowhere() {
    let cache = Cache::builder().build();
    let key = Key::new("test", "a");
    let fails = || async { Err::<Option<u64>, _>("no".to_owned()) };
    assert_eq!(cache.get_or_load(&key, fails).await, Err("no".to_owned()));
    assert_eq!(get(&cache, &key, Some(1)).await.as_deref(), Some(&1));
    let stats = cache.stats();
    assert_eq!((stats.loads, stats.failed_loads), (2, 1));
}

#[tokio::test]
async fn those_who_wait_for_a_load_that_fails_try_themselves() {
    let cache = Cache::builder().build();
    let key = Key::new("test", "a");
    let (end, fails) = oneshot::channel::<()>();
    let mut leads = pin!(cache.get_or_load(&key, || slow(1, fails)));
    assert!(poll!(&mut leads).is_pending());
    let mut follows = pin!(get(&cache, &key, Some(2)));
    assert!(poll!(&mut follows).is_pending());
    drop(end);
    assert!(leads.await.is_err());
    assert_eq!(follows.await.as_deref(), Some(&2));
}

#[tokio::test]
async fn a_load_that_panics_lets_another_go() {
    let cache = Cache::builder().build();
    let panics = tokio::spawn({
        let cache = cache.clone();
        async move {
            let load = || async { panic!("out of cheese") };
            let key = Key::new("test", "a");
            let _: Result<Option<Arc<u64>>, String> = cache.get_or_load(&key, load).await;
        }
    });
    assert!(panics.await.unwrap_err().is_panic());
    let key = Key::new("test", "a");
    assert_eq!(get(&cache, &key, Some(2)).await.as_deref(), Some(&2));
}

/// Whoever had begun the load was kept and not polled any more, since the task that held him awaited
/// the same answer: all who asked for it waited for ever.
#[tokio::test]
async fn one_who_leads_and_is_not_polled_holds_up_nobody() {
    let patience = Duration::from_millis(1);
    let cache = Cache::builder().patience(patience).build();
    let key = Key::new("test", "a");
    let (end, ends) = oneshot::channel();
    let mut leads = pin!(cache.get_or_load(&key, || slow(1, ends)));
    assert!(poll!(&mut leads).is_pending());
    end.send(()).unwrap();
    let others: Vec<_> = (0..10).map(|_| get(&cache, &key, Some(2))).collect();
    for answer in futures::future::join_all(others).await {
        assert_eq!(answer.as_deref(), Some(&2));
    }
    let stats = cache.stats();
    assert_eq!(stats.loads, 2);
    assert!(stats.stalled_loads >= 1);
    // He has what he loaded; what is kept is newer.
    assert_eq!(leads.await.unwrap().as_deref(), Some(&1));
    assert_eq!(get(&cache, &key, Some(3)).await.as_deref(), Some(&2));
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicU64);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_load_that_only_takes_long_is_waited_for() {
    let patience = Duration::from_millis(1);
    let cache = Cache::builder().patience(patience).build();
    let key = Key::new("test", "a");
    let (end, ends) = oneshot::channel();
    let mut leads = pin!(cache.get_or_load(&key, || slow(1, ends)));
    assert!(poll!(&mut leads).is_pending());
    let mut follows = pin!(get(&cache, &key, Some(2)));
    let woken = Arc::<Woken>::default();
    let waker = Waker::from(woken.clone());
    // He has lost his patience three times, and found that the load goes on.
    while woken.0.load(Ordering::SeqCst) < 3 {
        let mut context = Context::from_waker(&waker);
        assert!(follows.as_mut().poll(&mut context).is_pending());
        tokio::task::yield_now().await;
    }
    end.send(()).unwrap();
    assert_eq!(leads.await.unwrap().as_deref(), Some(&1));
    assert_eq!(follows.await.as_deref(), Some(&1));
    assert_eq!(cache.stats().loads, 1);
}
