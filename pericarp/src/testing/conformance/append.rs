use tokio::task::JoinSet;

use super::Subject;
use super::check::{conflict, fresh, ok};
use super::events::{commit, commit_with, new_id, read_log, stream};
use super::ledger::Ledger;
use crate::store::Store;
use crate::{Expected, Position, StreamCommitted, Version};

/// Appending to a new stream gives versions 1 to n and strictly increasing positions, and the
/// result says which.
///
/// # Panics
/// If the law does not hold.
pub async fn law_01_versions_and_positions(subject: &impl Subject) {
    const LAW: &str = "law 1";
    let (_log, store) = fresh(LAW, subject).await;
    assert_eq!(
        ok(LAW, "read the head", store.head().await),
        Position::START,
        "{LAW}: a new log has no head"
    );
    let mut ledger = Ledger::new(LAW);
    let (stream, other) = (stream("one"), stream("other"));
    let (mut version, mut position) = (Version::NONE, Position::START);
    for count in [1, 3, 5] {
        for (commit, before, stream) in [
            (
                commit(&[(&stream, Expected::Version(version), count)]),
                version,
                &stream,
            ),
            (
                commit(&[(&other, Expected::Version(version), count)]),
                version,
                &other,
            ),
        ] {
            let answer = ok(LAW, "append", store.append(commit.clone()).await);
            assert!(
                answer.first > position,
                "{LAW}: positions increase from commit to commit"
            );
            assert_eq!(
                answer.streams,
                [StreamCommitted::after(stream.clone(), before, count)],
                "{LAW}: the answer says which versions"
            );
            position = answer.last;
            ledger.acknowledged(commit, answer);
        }
        version = version.plus(count as u64);
    }
    ledger.check(&store).await;
}

/// `NoStream` on an existing stream, `Exists` on a missing one, `Version(n)` off by one either
/// way: a typed conflict with the actual version; nothing is written, and no position is shown.
///
/// # Panics
/// If the law does not hold.
pub async fn law_02_conflicts_are_typed(subject: &impl Subject) {
    const LAW: &str = "law 2";
    let (_log, store) = fresh(LAW, subject).await;
    let (three, missing) = (stream("three"), stream("missing"));
    let mut ledger = Ledger::new(LAW);
    let first = commit(&[(&three, Expected::NoStream, 3)]);
    let answer = ok(LAW, "append", store.append(first.clone()).await);
    ledger.acknowledged(first, answer);
    let before = ledger.check(&store).await;

    let version = |version| Expected::Version(Version::new(version));
    let wrong = [
        (&three, Expected::NoStream, 3),
        (&three, version(0), 3),
        (&three, version(2), 3),
        (&three, version(4), 3),
        (&three, Expected::Version(Version::END), 3),
        (&missing, Expected::Exists, 0),
        (&missing, version(1), 0),
    ];
    for (stream, expected, actual) in wrong {
        for events in [1, 4] {
            let outcome = store.append(commit(&[(stream, expected, events)])).await;
            conflict(LAW, outcome, stream, expected, Version::new(actual));
            assert_eq!(
                read_log(LAW, &store).await,
                before,
                "{LAW}: a conflict writes nothing"
            );
            let head = ok(LAW, "read the head", store.head().await);
            assert_eq!(
                Some(head),
                before.last().map(|event| event.position),
                "{LAW}: the head"
            );
        }
    }
    let actual = ok(LAW, "read a version", store.stream_version(&missing).await);
    assert_eq!(actual, Version::NONE, "{LAW}: a conflict makes no stream");

    let right = [
        (&three, Expected::Exists),
        (&three, version(4)),
        (&missing, version(0)),
        (&stream("other"), Expected::NoStream),
    ];
    for (stream, expected) in right {
        let commit = commit(&[(stream, expected, 1)]);
        let answer = ok(
            LAW,
            "append as expected",
            store.append(commit.clone()).await,
        );
        ledger.acknowledged(commit, answer);
    }
    ledger.check(&store).await;
}

/// `Any` never conflicts, and 20 parallel appends to one stream are all stored, each once, with
/// dense versions.
///
/// # Panics
/// If the law does not hold.
pub async fn law_03_any_never_conflicts(subject: &impl Subject) {
    const LAW: &str = "law 3";
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let stream = stream("shared");
    let mut appends = JoinSet::new();
    for number in 0..20 {
        let store = if number % 2 == 0 {
            store.clone()
        } else {
            second.clone()
        };
        let filling = number.to_string();
        let commit = commit_with(
            new_id(),
            &[(&stream, Expected::Any, 1 + number % 3)],
            &filling,
        );
        appends.spawn(async move {
            let outcome = store.append(commit.clone()).await;
            (commit, outcome)
        });
    }
    let mut ledger = Ledger::new(LAW);
    for (commit, outcome) in appends.join_all().await {
        ledger.acknowledged(commit, ok(LAW, "append with `Any`", outcome));
    }
    let log = ledger.check(&second).await;
    assert_eq!(
        log.len(),
        (0..20).map(|number| 1 + number % 3).sum::<usize>(),
        "{LAW}: events"
    );
}
