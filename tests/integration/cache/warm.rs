//! Warming, before anybody asks.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::poll;
use pericarp::cache::{Cache, Key};

use super::get;

fn keys() -> impl Iterator<Item = (Key, u64)> {
    (0..100).map(|n| (Key::new("test", n), n))
}

#[tokio::test]
async fn what_is_warm_is_not_loaded() {
    let cache = Cache::builder().build();
    let load = |n| async move { Ok::<_, String>(Some(n)) };
    let warmed = cache.warm(keys(), 8, load).await;
    assert_eq!((warmed.warm, warmed.failed), (100, 0));
    assert_eq!(cache.stats().loads, 100);
    for (key, n) in keys() {
        assert_eq!(get(&cache, &key, None).await.as_deref(), Some(&n));
    }
    let again = cache.warm(keys(), 8, load).await;
    assert_eq!(again.warm, 100);
    let stats = cache.stats();
    assert_eq!((stats.loads, stats.l1_hits), (100, 200));
}

#[tokio::test]
async fn no_more_are_loaded_at_once_than_may_be() {
    let cache = Cache::builder().build();
    let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let load = |n: u64| {
        let (at_once, most) = (at_once.clone(), most.clone());
        async move {
            most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..n % 7 {
                tokio::task::yield_now().await;
            }
            at_once.fetch_sub(1, Ordering::SeqCst);
            if n.is_multiple_of(10) {
                Err("no")
            } else {
                Ok(Some(n))
            }
        }
    };
    let warmed = cache.warm(keys(), 5, load).await;
    assert_eq!((warmed.warm, warmed.failed), (90, 10));
    assert_eq!(most.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn warming_that_is_dropped_stops() {
    let cache = Cache::builder().build();
    {
        let load = |n: u64| async move {
            if n >= 20 {
                std::future::pending::<()>().await;
            }
            Ok::<_, String>(Some(n))
        };
        let mut warming = pin!(cache.warm(keys(), 4, load));
        assert!(poll!(&mut warming).is_pending());
        assert_eq!(cache.stats().loads, 24);
    }
    // Nobody is on the way any more, and what was loaded is kept.
    for (key, n) in keys() {
        let value = get(&cache, &key, Some(n + 1_000)).await.unwrap();
        assert_eq!(*value, if n < 20 { n } else { n + 1_000 });
    }
}
