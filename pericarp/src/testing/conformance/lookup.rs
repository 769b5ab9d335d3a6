use std::collections::HashMap;

use super::Subject;
use super::check::{fresh, ok};
use super::events::{commit, new_id, read, read_log, stream};
use super::ledger::{Ledger, commits};
use crate::store::{Read, Store};
use crate::{CommitId, Expected, Position, Version};

/// Head, stream version, existence, by event id, by commit id: all agree with the log.
///
/// # Panics
/// If the law does not hold.
pub async fn law_18_lookups_agree_with_the_log(subject: &impl Subject) {
    const LAW: &str = "law 18";
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let head = ok(LAW, "read the head", store.head().await);
    assert_eq!(head, Position::START, "{LAW}: the head of an empty log");
    let streams: Vec<_> = (0..5).map(|number| stream(&format!("s{number}"))).collect();
    let mut ledger = Ledger::new(LAW);
    for round in 0..12 {
        let (one, other) = (&streams[round % 4], &streams[(round + 1) % 3]);
        let turns = [
            (one, Expected::Any, 1 + round % 3),
            (other, Expected::Any, round % 2),
        ];
        let commit = commit(&turns);
        let answer = ok(LAW, "append", store.append(commit.clone()).await);
        // What is acknowledged is visible, on every store on this log.
        for store in [&store, &second] {
            let head = ok(LAW, "read the head", store.head().await);
            assert_eq!(
                head, answer.last,
                "{LAW}: the head is the last event's position"
            );
        }
        ledger.acknowledged(commit, answer);
    }
    let _ = store
        .append(commit(&[(&streams[4], Expected::Exists, 1)]))
        .await;
    ledger.check(&store).await;

    for store in [&store, &second] {
        let events = read_log(LAW, store).await;
        let head = ok(LAW, "read the head", store.head().await);
        assert_eq!(
            Some(head),
            events.last().map(|event| event.position),
            "{LAW}: the head"
        );
        let mut versions: HashMap<&str, Version> = HashMap::new();
        for event in &events {
            versions.insert(&event.stream, event.version);
            let by_id = read(LAW, store, Read::Event(event.id)).await;
            assert_eq!(
                by_id,
                std::slice::from_ref(event),
                "{LAW}: an event by its id"
            );
            if event.ordinal > 0 {
                let inner = Read::Commit(CommitId::new(event.id));
                let none = read(LAW, store, inner).await;
                assert!(
                    none.is_empty(),
                    "{LAW}: the id of a later event is not a commit's"
                );
            }
        }
        for stream in &streams {
            let version = ok(LAW, "read a version", store.stream_version(stream).await);
            let last = versions
                .get(stream.as_str())
                .copied()
                .unwrap_or(Version::NONE);
            assert_eq!(version, last, "{LAW}: the version of {stream}");
        }
        for (id, stored) in commits(LAW, &events) {
            let by_id = read(LAW, store, Read::Commit(id)).await;
            assert_eq!(by_id, stored, "{LAW}: a commit by its id");
        }
        let unknown = new_id();
        for nothing in [Read::Commit(unknown), Read::Event(unknown.get())] {
            let none = read(LAW, store, nothing).await;
            assert!(none.is_empty(), "{LAW}: an unknown id is nothing's");
        }
    }
}
