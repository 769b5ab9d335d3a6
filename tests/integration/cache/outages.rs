//! A second level that fails is nobody's error.

use std::pin::pin;
use std::time::Duration;

use futures::poll;
use pericarp::cache::{Cache, Key};

use super::shelf::Shelf;
use super::{Still, ask, exact, get};

fn on(shelf: &Shelf, clock: &Still) -> Cache {
    exact(clock)
        .second_level(shelf.clone(), Duration::from_secs(100))
        .second_level_pause(Duration::from_secs(5))
        .build()
}

#[tokio::test]
async fn what_the_second_level_has_is_not_loaded_and_comes_to_memory() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let (cache, other) = (on(&shelf, &clock), on(&shelf, &clock));
    assert_eq!(ask(&cache, 1).await, 1);
    assert_eq!(ask(&other, 2).await, 1);
    assert_eq!(ask(&other, 3).await, 1);
    let stats = other.stats();
    assert_eq!(
        (stats.l1_hits, stats.l2_hits, stats.misses, stats.loads),
        (1, 1, 0, 0)
    );
    // In memory it counts no longer than it is kept there: 50 seconds.
    clock.move_on(50);
    assert_eq!(ask(&other, 4).await, 1);
    assert_eq!(other.stats().l2_hits, 2);
}

#[tokio::test]
async fn that_there_is_none_is_kept_there_too() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let (cache, other) = (on(&shelf, &clock), on(&shelf, &clock));
    let key = Key::new("test", "nobody");
    assert_eq!(get(&cache, &key, None).await, None);
    assert_eq!(get(&other, &key, Some(1)).await, None);
    assert_eq!(other.stats().l2_hits, 1);
}

#[tokio::test]
async fn what_another_build_has_put_there_is_loaded_anew() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    assert_eq!(ask(&on(&shelf, &clock), 1).await, 1);
    shelf.spoil();
    let cache = on(&shelf, &clock);
    assert_eq!(ask(&cache, 2).await, 2);
    assert_eq!(cache.stats().l2_errors, 1);
    assert_eq!(ask(&on(&shelf, &clock), 3).await, 2);
}

#[tokio::test]
async fn one_that_fails_is_left_alone_for_a_while_and_comes_back() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let cache = on(&shelf, &clock);
    shelf.set_fails(true);
    for n in 0..100 {
        let key = Key::new("test", n);
        assert_eq!(get(&cache, &key, Some(n)).await.as_deref(), Some(&n));
    }
    assert_eq!(shelf.asked(), 3);
    let stats = cache.stats();
    assert!(stats.l2_down);
    assert_eq!((stats.l2_errors, stats.loads), (3, 100));
    // One may try, and the others not.
    clock.move_on(5);
    for n in 100..200 {
        get(&cache, &Key::new("test", n), Some(n)).await;
    }
    assert_eq!(shelf.asked(), 4);
    shelf.set_fails(false);
    clock.move_on(5);
    for n in 200..300 {
        get(&cache, &Key::new("test", n), Some(n)).await;
    }
    assert_eq!(shelf.values(), 100);
    assert!(!cache.stats().l2_down);
}

#[tokio::test]
async fn nobody_waits_longer_than_the_timeout_says() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let cache = exact(&clock)
        .second_level(shelf.clone(), Duration::from_secs(100))
        .second_level_timeout(Duration::from_millis(1))
        .build();
    shelf.set_hangs(true);
    assert_eq!(ask(&cache, 1).await, 1);
    cache.invalidate(["t"]).await;
    assert_eq!(ask(&cache, 2).await, 2);
    assert!(cache.stats().l2_down);
}

#[tokio::test]
async fn what_it_missed_it_is_told_before_it_is_believed() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let cache = on(&shelf, &clock);
    assert_eq!(ask(&cache, 1).await, 1);
    shelf.set_fails(true);
    cache.invalidate(["t"]).await;
    assert_eq!(cache.stats().l2_pending, 1);
    shelf.set_fails(false);
    assert_eq!(ask(&cache, 2).await, 2);
    assert_eq!(cache.stats().l2_pending, 0);
    assert_eq!(ask(&on(&shelf, &clock), 3).await, 2);
}

#[tokio::test]
async fn more_than_can_be_remembered_make_everything_stale_there() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let cache = on(&shelf, &clock);
    assert_eq!(ask(&cache, 1).await, 1);
    shelf.set_fails(true);
    cache
        .invalidate((0..5_000).map(|n| format!("tag-{n}")))
        .await;
    assert!(cache.stats().l2_pending <= 1_024);
    shelf.set_fails(false);
    clock.move_on(5);
    cache.invalidate(["another"]).await;
    assert_eq!(cache.stats().l2_pending, 0);
    assert_eq!(ask(&on(&shelf, &clock), 2).await, 2);
}

#[tokio::test]
async fn an_invalidation_that_is_given_up_counts_all_the_same() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let cache = on(&shelf, &clock);
    assert_eq!(ask(&cache, 1).await, 1);
    shelf.set_hangs(true);
    {
        let mut given_up = pin!(cache.invalidate(["t"]));
        assert!(poll!(&mut given_up).is_pending());
    }
    shelf.set_hangs(false);
    assert_eq!(ask(&cache, 2).await, 2);
    assert_eq!(ask(&on(&shelf, &clock), 3).await, 2);
}
