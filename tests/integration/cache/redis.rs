//! A real Redis as the second level.

use std::time::Duration;

use pericarp::cache::{Cache, Key, Redis};
use pericarp_tests::RedisServer;
use uuid::Uuid;

use super::{Still, ask, exact, get};

const KEEP: Duration = Duration::from_secs(100);

/// A cache on a Redis, waiting for it as long as a busy machine takes.
fn on(url: &str, prefix: &str, clock: &Still) -> Cache {
    exact(clock)
        .second_level(Redis::new(url, prefix).unwrap(), KEEP)
        .second_level_timeout(Duration::from_secs(10))
        .second_level_pause(Duration::from_secs(5))
        .build()
}

fn own_prefix() -> String {
    format!("pericarp-test-{}", Uuid::now_v7())
}

#[tokio::test]
async fn processes_share_what_one_has_loaded() {
    let (url, _server) = RedisServer::any();
    let (prefix, clock) = (own_prefix(), Still::new());
    let (one, other) = (on(&url, &prefix, &clock), on(&url, &prefix, &clock));
    assert_eq!(ask(&one, 1).await, 1);
    assert_eq!(ask(&other, 2).await, 1);
    let nobody = Key::new("test", "nobody");
    assert_eq!(get(&one, &nobody, None).await, None);
    assert_eq!(get(&other, &nobody, Some(1)).await, None);
    let stats = other.stats();
    assert_eq!((stats.l2_hits, stats.loads, stats.l2_errors), (2, 0, 0));
    // Another application does not see it.
    assert_eq!(ask(&on(&url, &own_prefix(), &clock), 3).await, 3);
}

#[tokio::test]
async fn what_one_invalidates_is_stale_for_all_who_come_to_it() {
    let (url, _server) = RedisServer::any();
    let (prefix, clock) = (own_prefix(), Still::new());
    let (one, other) = (on(&url, &prefix, &clock), on(&url, &prefix, &clock));
    assert_eq!(ask(&one, 1).await, 1);
    one.invalidate(["t"]).await;
    assert_eq!(ask(&other, 2).await, 2);
    assert_eq!(ask(&one, 3).await, 2);
    one.invalidate(["test:a"]).await;
    assert_eq!(ask(&on(&url, &prefix, &clock), 4).await, 4);
    one.clear().await;
    assert_eq!(ask(&on(&url, &prefix, &clock), 5).await, 5);
}

#[tokio::test]
async fn a_redis_that_is_killed_is_missed_by_nobody_and_comes_back() {
    let mut server = RedisServer::start();
    let clock = Still::new();
    let cache = on(&server.url(), "p", &clock);
    for n in 0..50 {
        get(&cache, &Key::new("test", n), Some(n)).await;
    }
    server.kill();
    for n in 50..100 {
        let key = Key::new("test", n);
        assert_eq!(get(&cache, &key, Some(n)).await.as_deref(), Some(&n));
    }
    cache.invalidate(["test:7"]).await;
    assert_eq!(
        get(&cache, &Key::new("test", 7), Some(8)).await.as_deref(),
        Some(&8)
    );
    let stats = cache.stats();
    assert!(stats.l2_down && stats.l2_errors >= 3, "{stats:?}");
    server.start_again();
    // Whoever tries first may still find the connection that was lost.
    let mut rounds = 0;
    while cache.stats().l2_down || cache.stats().l2_pending > 0 {
        clock.move_on(5);
        get(&cache, &Key::new("round", rounds), Some(rounds)).await;
        rounds += 1;
        assert!(rounds < 100, "{:?}", cache.stats());
    }
    assert_eq!(
        get(&cache, &Key::new("test", "new"), Some(1))
            .await
            .as_deref(),
        Some(&1)
    );
    let other = on(&server.url(), "p", &clock);
    assert_eq!(
        get(&other, &Key::new("test", "new"), Some(2))
            .await
            .as_deref(),
        Some(&1)
    );
}

#[tokio::test]
async fn a_redis_that_hangs_is_not_waited_for() {
    let server = RedisServer::start();
    let clock = Still::new();
    let cache = exact(&clock)
        .second_level(Redis::new(&server.url(), "p").unwrap(), KEEP)
        .second_level_timeout(Duration::from_millis(20))
        .build();
    server.freeze();
    for n in 0..100 {
        let key = Key::new("test", n);
        assert_eq!(get(&cache, &key, Some(n)).await.as_deref(), Some(&n));
    }
    assert_eq!(cache.stats().l2_errors, 3);
    server.thaw();
}

#[tokio::test]
async fn a_redis_that_was_never_there_is_no_error() {
    let cache = on("redis://127.0.0.1:1/", "p", &Still::new());
    assert_eq!(ask(&cache, 1).await, 1);
    assert_eq!(ask(&cache, 2).await, 1);
    assert!(cache.stats().l2_errors > 0);
}

#[test]
fn the_url_of_something_else_is_refused() {
    let error = Redis::new("http://127.0.0.1/", "p").unwrap_err();
    assert_eq!(error.code(), "cache.url");
    let redis = Redis::new("redis://:secret@127.0.0.1/", "p").unwrap();
    assert!(!format!("{redis:?}").contains("secret"));
}

/// A cache that hears what others invalidate, until the task is aborted.
fn listening(url: &str, prefix: &str, clock: &Still) -> (Cache, tokio::task::JoinHandle<()>) {
    let redis = Redis::new(url, prefix).unwrap();
    let cache = exact(clock)
        .second_level(redis.heartbeat(Duration::from_millis(50)), KEEP)
        .second_level_timeout(Duration::from_secs(10))
        .second_level_pause(Duration::from_millis(1))
        .deaf_ttl(Duration::from_secs(2))
        .build();
    let listens = tokio::spawn(cache.listen());
    (cache, listens)
}

async fn until(cache: &Cache, what: impl Fn(pericarp::cache::Stats) -> bool) {
    let started = std::time::Instant::now();
    while !what(cache.stats()) {
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(60), "{:?}", cache.stats());
        tokio::task::yield_now().await;
    }
}

/// What one process had made stale was served from the memories of others until its time was up.
#[tokio::test]
async fn what_one_invalidates_is_stale_in_the_memories_of_all_who_listen() {
    let (url, _server) = RedisServer::any();
    let (prefix, clock) = (own_prefix(), Still::new());
    let (one, _listens) = listening(&url, &prefix, &clock);
    let (other, _listens) = listening(&url, &prefix, &clock);
    for cache in [&one, &other] {
        until(cache, |stats| stats.hears).await;
        assert_eq!(ask(cache, 1).await, 1);
    }
    one.invalidate(["t"]).await;
    until(&other, |stats| stats.heard == 1).await;
    assert_eq!(ask(&other, 2).await, 2);
    // By key, and from the other side.
    other.invalidate(["test:a"]).await;
    until(&one, |stats| stats.heard == 1).await;
    assert_eq!(ask(&one, 3).await, 3);
    // It is not told of its own, which would make stale what it has loaded since.
    assert_eq!(one.stats().heard, 1);
    let hits = one.stats().l1_hits;
    assert_eq!(ask(&one, 4).await, 3);
    assert_eq!(one.stats().l1_hits, hits + 1);
    // A tag with the name of everything is a tag; everything is everything.
    assert_eq!(ask(&other, 4).await, 3);
    one.invalidate(["*"]).await;
    until(&other, |stats| stats.heard == 2).await;
    assert_eq!(ask(&other, 5).await, 3);
    one.clear().await;
    until(&other, |stats| stats.heard == 3).await;
    assert_eq!(ask(&other, 6).await, 6);
}

#[tokio::test]
async fn who_cannot_hear_keeps_nothing_for_long_until_it_can() {
    let mut server = RedisServer::start();
    let clock = Still::new();
    let (cache, listens) = listening(&server.url(), "p", &clock);
    until(&cache, |stats| stats.hears).await;
    assert_eq!(ask(&cache, 1).await, 1);
    clock.move_on(99);
    assert_eq!(ask(&cache, 2).await, 1);
    for lost in [RedisServer::kill, |server: &mut RedisServer| {
        server.start_again();
        server.freeze();
    }] {
        lost(&mut server);
        // A frozen one still takes the connection, and says nothing.
        until(&cache, |stats| !stats.hears).await;
    }
    // What was in memory is stale, and what is loaded counts for two seconds.
    assert_eq!(ask(&cache, 3).await, 3);
    clock.move_on(1);
    assert_eq!(ask(&cache, 4).await, 3);
    clock.move_on(1);
    assert_eq!(ask(&cache, 5).await, 5);
    server.thaw();
    until(&cache, |stats| stats.hears).await;
    assert_eq!(ask(&cache, 6).await, 6);
    clock.move_on(50);
    assert_eq!(ask(&cache, 7).await, 6);
    // Nor does it hear when nobody polls it any more.
    listens.abort();
    until(&cache, |stats| !stats.hears).await;
    assert!(listens.await.unwrap_err().is_cancelled());
    cache.clear().await;
    assert_eq!(ask(&cache, 8).await, 8);
    clock.move_on(2);
    cache.invalidate(["t"]).await;
    assert_eq!(ask(&cache, 9).await, 9);
}

#[tokio::test]
async fn without_a_level_that_tells_nothing_is_listened_to() {
    Cache::builder().build().listen().await;
    let shelf = super::shelf::Shelf::default();
    let cache = exact(&Still::new()).second_level(shelf, KEEP).build();
    cache.listen().await;
    assert!(!cache.stats().hears);
    assert_eq!(ask(&cache, 1).await, 1);
}
