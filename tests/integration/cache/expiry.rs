//! How long answers count, and how many there are.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures::poll;
use pericarp::cache::{Cache, Key};
use tokio::sync::oneshot;

use super::{Still, ask, exact, get};

#[tokio::test]
async fn an_answer_counts_for_its_time() {
    let clock = Still::new();
    let cache = exact(&clock).build();
    assert_eq!(ask(&cache, 1).await, 1);
    clock.move_on(99);
    assert_eq!(ask(&cache, 2).await, 1);
    clock.move_on(1);
    assert_eq!(ask(&cache, 3).await, 3);
    let stats = cache.stats();
    assert_eq!((stats.l1_hits, stats.misses, stats.loads), (1, 2, 2));
}

#[tokio::test]
async fn that_there_is_none_counts_for_a_time_of_its_own() {
    let clock = Still::new();
    let cache = exact(&clock).build();
    let key = Key::new("test", "nobody");
    assert_eq!(get(&cache, &key, None).await, None);
    clock.move_on(9);
    assert_eq!(get(&cache, &key, Some(1)).await, None);
    assert_eq!(cache.stats().loads, 1);
    clock.move_on(1);
    assert_eq!(get(&cache, &key, Some(1)).await.as_deref(), Some(&1));
}

#[tokio::test]
async fn what_was_loaded_at_once_does_not_expire_at_once() {
    let clock = Still::new();
    let cache = exact(&clock).jitter(0.5).build();
    let keys: Vec<_> = (0..200).map(|n| Key::new("test", n)).collect();
    for key in &keys {
        get(&cache, key, Some(0)).await;
    }
    let mut ends = BTreeSet::new();
    for second in 1..=100 {
        clock.move_on(1);
        let before = cache.stats().loads;
        for key in &keys {
            // Whoever has expired is loaded, and then is there for at least 50 seconds.
            get(&cache, key, Some(second)).await;
        }
        if cache.stats().loads > before {
            ends.insert(second);
        }
    }
    assert!(ends.first() >= Some(&50), "{ends:?}");
    assert!(ends.len() > 25, "{ends:?}");
}

#[tokio::test]
async fn one_loads_early_while_others_get_the_old_one() {
    let clock = Still::new();
    let cache = exact(&clock).refresh_early(0.2).build();
    let key = Key::new("test", "a").tagged("t");
    assert_eq!(ask(&cache, 1).await, 1);
    clock.move_on(79);
    assert_eq!(ask(&cache, 2).await, 1);
    clock.move_on(1);
    let (end, ends) = oneshot::channel();
    let load = || async move { ends.await.map(|()| Some(3_u64)) };
    let mut early = pin!(cache.get_or_load(&key, load));
    assert!(poll!(&mut early).is_pending());
    assert_eq!(ask(&cache, 4).await, 1);
    end.send(()).unwrap();
    assert_eq!(early.await.unwrap().as_deref(), Some(&3));
    assert_eq!(ask(&cache, 5).await, 3);
    assert_eq!(cache.stats().loads, 2);
}

#[tokio::test]
async fn an_early_load_that_fails_leaves_the_old_one() {
    let clock = Still::new();
    let cache = exact(&clock).refresh_early(0.2).build();
    let key = Key::new("test", "a").tagged("t");
    assert_eq!(ask(&cache, 1).await, 1);
    clock.move_on(90);
    let fails = || async { Err::<Option<u64>, _>("no") };
    let old = cache.get_or_load(&key, fails).await;
    assert_eq!(old.unwrap().as_deref(), Some(&1));
    clock.move_on(10);
    assert!(cache.get_or_load(&key, fails).await.is_err());
}

#[tokio::test]
async fn there_are_no_more_answers_than_may_be() {
    let cache = Cache::builder().capacity(100).build();
    for n in 0..10_000 {
        get(&cache, &Key::new("test", n), Some(n)).await;
    }
    let stats = cache.stats();
    assert!(stats.entries <= 100, "{stats:?}");
    assert!(stats.evictions >= 9_000, "{stats:?}");
}

#[tokio::test]
async fn one_key_with_answers_of_two_types_has_the_last() {
    let cache = Cache::builder().build();
    let key = Key::new("test", "a");
    get(&cache, &key, Some(1)).await;
    let load = || async { Ok::<_, String>(Some("one".to_owned())) };
    let text = cache.get_or_load(&key, load).await.unwrap();
    assert_eq!(text.as_deref().map(String::as_str), Some("one"));
    assert_eq!(get(&cache, &key, Some(2)).await.as_deref(), Some(&2));
}

#[tokio::test]
async fn without_any_time_nothing_is_kept_and_loads_are_still_shared() {
    let cache = Cache::builder().ttl(Duration::ZERO).build();
    let key = Key::new("test", "a");
    let (end, ends) = oneshot::channel();
    let load = || async move { ends.await.map(|()| Some(1_u64)) };
    let mut leads = pin!(cache.get_or_load(&key, load));
    assert!(poll!(&mut leads).is_pending());
    let mut follows = pin!(get(&cache, &key, Some(2)));
    assert!(poll!(&mut follows).is_pending());
    end.send(()).unwrap();
    leads.await.unwrap();
    assert_eq!(follows.await.as_deref(), Some(&1));
    assert_eq!(get(&cache, &key, Some(3)).await.as_deref(), Some(&3));
}

/// `now + ttl` overflowed, in the middle of a request.
#[tokio::test]
async fn times_that_never_end_are_no_panic() {
    let clock = Still::new();
    let forever = std::time::Duration::MAX;
    let shelf = super::shelf::Shelf::default();
    let cache = Cache::builder()
        .ttl(forever)
        .negative_ttl(forever)
        .jitter(f64::NAN)
        .refresh_early(f64::NAN)
        .second_level(shelf.clone(), forever)
        .second_level_pause(forever)
        .second_level_timeout(forever)
        .clock(clock.clone())
        .build();
    let nobody = Key::new("test", "nobody");
    assert_eq!(ask(&cache, 1).await, 1);
    assert_eq!(get(&cache, &nobody, None).await, None);
    clock.move_on(365 * 24 * 3_600);
    assert_eq!(ask(&cache, 2).await, 1);
    assert_eq!(get(&cache, &nobody, Some(1)).await, None);
    cache.invalidate(["t"]).await;
    assert_eq!(ask(&cache, 3).await, 3);
    shelf.set_fails(true);
    for n in 0..10 {
        get(&cache, &Key::new("test", n), Some(n)).await;
    }
    assert!(cache.stats().l2_down);
}

/// Memory was bounded by a number of answers, whose keys whoever asks may choose.
#[tokio::test]
async fn nothing_is_kept_under_a_key_without_end() {
    let shelf = super::shelf::Shelf::default();
    let cache = Cache::builder()
        .second_level(shelf.clone(), Duration::from_secs(100))
        .build();
    let long = Key::new("test", "x".repeat(5_000));
    for n in 1..3 {
        assert_eq!(get(&cache, &long, Some(n)).await.as_deref(), Some(&n));
    }
    let stats = cache.stats();
    assert_eq!((stats.entries, stats.misses, stats.loads), (0, 2, 2));
    assert_eq!(shelf.asked(), 0);
    let just = Key::new("", "x".repeat(4_095));
    for _ in 0..2 {
        assert_eq!(get(&cache, &just, Some(1)).await.as_deref(), Some(&1));
    }
    assert_eq!(cache.stats().entries, 1);
}
