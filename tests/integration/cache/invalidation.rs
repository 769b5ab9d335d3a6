//! What goes stale, and that nothing stale is left.

use std::pin::pin;

use futures::poll;
use pericarp::cache::{Cache, Invalidates, Key};
use pericarp::dispatcher::Dispatcher;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Principal, RecordedEvent};
use tokio::sync::oneshot;

use super::shelf::Shelf;
use super::{Still, ask, exact, get};
use crate::domain::{Added, Hung, Tally};

#[tokio::test]
async fn a_tag_and_a_key_make_stale_what_has_them() {
    let cache = Cache::builder().build();
    let keys = ["a", "b", "c"].map(|key| Key::new("test", key));
    let [a, b, c] = keys;
    let (a, b) = (a.tagged("red").tagged("round"), b.tagged("red"));
    for key in [&a, &b, &c] {
        get(&cache, key, Some(1)).await;
    }
    cache.invalidate(["round"]).await;
    assert_eq!(get(&cache, &a, Some(2)).await.as_deref(), Some(&2));
    assert_eq!(get(&cache, &b, Some(2)).await.as_deref(), Some(&1));
    cache.invalidate(["red", "test:c"]).await;
    for key in [&a, &b, &c] {
        assert_eq!(get(&cache, key, Some(3)).await.as_deref(), Some(&3));
    }
    assert_eq!(cache.stats().invalidations, 3);
    cache.clear().await;
    for key in [&a, &b, &c] {
        assert_eq!(get(&cache, key, Some(4)).await.as_deref(), Some(&4));
    }
}

#[tokio::test]
async fn an_invalidation_that_races_a_load_leaves_nothing_stale() {
    for shelf in [None, Some(Shelf::default())] {
        let clock = Still::new();
        let cache = || match &shelf {
            None => exact(&clock).build(),
            Some(shelf) => {
                let keep = std::time::Duration::from_secs(100);
                exact(&clock).second_level(shelf.clone(), keep).build()
            }
        };
        let (cache, other) = (cache(), cache());
        let key = Key::new("test", "a").tagged("t");
        let (end, ends) = oneshot::channel();
        let load = || async move { ends.await.map(|()| Some(1_u64)) };
        let mut old = pin!(cache.get_or_load(&key, load));
        assert!(poll!(&mut old).is_pending());
        let mut follows = pin!(get(&cache, &key, Some(2)));
        assert!(poll!(&mut follows).is_pending());
        cache.invalidate(["t"]).await;
        end.send(()).unwrap();
        // He asked before, and may have what was there before.
        assert_eq!(old.await.unwrap().as_deref(), Some(&1));
        // Who came later, or waits still, must not.
        assert_eq!(follows.await.as_deref(), Some(&2));
        assert_eq!(ask(&cache, 3).await, 2);
        let there = if shelf.is_some() { 2 } else { 4 };
        assert_eq!(ask(&other, 4).await, there);
    }
}

impl Invalidates for Added {}

impl Invalidates for Hung {
    fn tags(&self, _: &RecordedEvent<'_>) -> Vec<String> {
        vec![format!("colour-{}", self.colour)]
    }
}

#[tokio::test]
async fn events_make_stale_what_they_say() {
    let cache = Cache::builder().build();
    let dispatcher = Dispatcher::builder()
        .invalidate::<Added>("tallies", &cache)
        .invalidate::<Hung>("colours", &cache)
        .build()
        .unwrap();
    let app = Pericarp::new(MemoryStore::new());
    let (one, two) = (
        Key::new("tally", 1).tagged("tally-1"),
        Key::new("tally", 2).tagged("tally-2"),
    );
    for key in [&one, &two] {
        get(&cache, key, Some(0)).await;
    }
    let mut tally = Root::<Tally>::empty(1);
    tally.emit(Added { n: 5 });
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    work.commit_and_dispatch(&dispatcher).await.unwrap();
    assert_eq!(get(&cache, &one, Some(5)).await.as_deref(), Some(&5));
    assert_eq!(get(&cache, &two, Some(5)).await.as_deref(), Some(&0));
}

#[test]
fn keys_keep_principals_and_their_roles_apart() {
    let of = |principal: &Principal| Key::of_principal("s", Some(principal), "k");
    let ann = Principal::new("ann");
    let keys = [
        Key::new("s", "k"),
        Key::of_principal("s", None, "k"),
        of(&ann),
        of(&Principal::new("bob")),
        of(&ann.clone().with_role("teller")),
        of(&Principal::new("ann,6.teller")),
        of(&ann.clone().with_role("teller").with_role("auditor")),
    ];
    for (place, key) in keys.iter().enumerate() {
        assert_eq!(
            keys.iter().position(|other| other == key),
            Some(place),
            "{key}"
        );
    }
    // A key that whoever asks may choose does not become a principal's.
    for stranger in [
        Key::new("s", "nobody:k"),
        Key::new("s", "@:k"),
        Key::new("s@", "k"),
        Key::new("s@3.ann,", "k"),
        Key::of_principal("s", None, "3.ann,:k"),
    ] {
        assert!(!keys.contains(&stranger), "{stranger}");
    }
    let other_order = ann.with_role("auditor").with_role("teller");
    assert_eq!(of(&other_order), keys[6]);
}

/// The text of a key was `space:key`, so a space with a colon met another's answers.
#[test]
fn spaces_and_keys_do_not_run_into_each_other() {
    let words = [
        "", "a", "b", ":", "a:", ":b", "\\", "a\\", "\\:", "@", "a:b", "a@:",
    ];
    let mut texts = std::collections::HashMap::new();
    for space in words {
        for key in words {
            let principal = Principal::new(key);
            for made in [
                Key::new(space, key),
                Key::of_principal(space, None, key),
                Key::of_principal(space, Some(&principal), key),
                Key::of_principal(space, Some(&principal), ""),
            ] {
                let text = made.as_str().to_owned();
                let same = texts.insert(text, (space, made.clone()));
                // With an empty key, two of the four are one.
                assert!(same.is_none_or(|same| same == (space, made)));
            }
        }
    }
    assert_eq!(texts.len(), 12 * 12 * 4 - 12);
}
