use super::Subject;
use super::check::{conflict, fresh, ok};
use super::events::{commit, commit_with, new_id, read_log, stream};
use super::ledger::Ledger;
use crate::store::{AppendError, Limits, Store};
use crate::{Commit, Committed, Expected, StreamCommitted, Version};

/// An empty commit is Ok and writes nothing; a commit over the limit is refused before anything is
/// written, and one at the limit is not.
///
/// # Panics
/// If the law does not hold.
pub async fn law_04_empty_and_oversized_commits(subject: &impl Subject) {
    const LAW: &str = "law 4";
    let (_log, store) = fresh(LAW, subject).await;
    let Limits {
        max_events_per_commit,
        max_bytes_per_commit,
        ..
    } = subject.limits();
    let mut ledger = Ledger::new(LAW);
    let stream = stream("one");

    let empty = Commit::new(new_id());
    let answer = ok(LAW, "append nothing", store.append(empty.clone()).await);
    assert!(
        answer.is_empty(),
        "{LAW}: the answer to nothing is {answer:?}"
    );
    assert_eq!(
        answer,
        Committed::nothing(empty.id()),
        "{LAW}: the answer to nothing"
    );
    ledger.check(&store).await;

    let many = commit(&[(&stream, Expected::Any, max_events_per_commit + 1)]);
    match store.append(many).await {
        Err(AppendError::TooManyEvents { count, limit }) => assert_eq!(
            (count, limit),
            (max_events_per_commit + 1, max_events_per_commit),
            "{LAW}: the error says how many"
        ),
        outcome => panic!("{LAW}: one event too many, and got {outcome:?}"),
    }
    let sized = |bytes: usize| {
        let bare = commit_with(new_id(), &[(&stream, Expected::Any, 1)], "").bytes();
        commit_with(
            new_id(),
            &[(&stream, Expected::Any, 1)],
            &"x".repeat(bytes - bare),
        )
    };
    let large = sized(max_bytes_per_commit + 1);
    match store.append(large).await {
        Err(AppendError::TooLarge { bytes, limit }) => assert_eq!(
            (bytes, limit),
            (max_bytes_per_commit + 1, max_bytes_per_commit),
            "{LAW}: the error says how many"
        ),
        outcome => panic!("{LAW}: one byte too many, and got {outcome:?}"),
    }
    ledger.check(&store).await;

    for at_the_limit in [
        commit(&[(&stream, Expected::Any, max_events_per_commit)]),
        sized(max_bytes_per_commit),
    ] {
        let answer = ok(
            LAW,
            "append at the limit",
            store.append(at_the_limit.clone()).await,
        );
        ledger.acknowledged(at_the_limit, answer);
    }
    ledger.check(&store).await;
}

/// A commit over several streams is atomic: one conflicting stream fails all. A commit may turn to
/// the same stream twice, and each turn sees what those before it leave.
///
/// # Panics
/// If the law does not hold.
pub async fn law_05_commits_are_atomic(subject: &impl Subject) {
    const LAW: &str = "law 5";
    let (_log, store) = fresh(LAW, subject).await;
    let (a, b, c) = (stream("a"), stream("b"), stream("c"));
    let mut ledger = Ledger::new(LAW);
    let first = commit(&[(&a, Expected::NoStream, 2), (&b, Expected::NoStream, 1)]);
    let answer = ok(LAW, "append", store.append(first.clone()).await);
    ledger.acknowledged(first, answer);
    let before = ledger.check(&store).await;

    let version = |version| Expected::Version(Version::new(version));
    // Which turn is in conflict, and with what version.
    let failing = [
        (
            0,
            2,
            commit(&[
                (&a, version(1), 2),
                (&b, version(1), 2),
                (&c, Expected::NoStream, 2),
            ]),
        ),
        (
            1,
            1,
            commit(&[
                (&a, version(2), 2),
                (&b, version(2), 2),
                (&c, Expected::NoStream, 2),
            ]),
        ),
        (
            2,
            0,
            commit(&[
                (&a, version(2), 2),
                (&b, version(1), 2),
                (&c, Expected::Exists, 2),
            ]),
        ),
        // The second turn to a stream sees the first.
        (1, 4, commit(&[(&a, version(2), 2), (&a, version(2), 1)])),
        (
            1,
            1,
            commit(&[(&c, Expected::NoStream, 1), (&c, Expected::NoStream, 1)]),
        ),
        // A turn without events is a check alone, and checks.
        (
            1,
            1,
            commit(&[(&c, Expected::NoStream, 1), (&b, version(2), 0)]),
        ),
    ];
    for (turn, actual, commit) in failing {
        let Some((append, _)) = commit.appends().nth(turn) else {
            continue;
        };
        let append = append.clone();
        let outcome = store.append(commit).await;
        conflict(
            LAW,
            outcome,
            &append.stream,
            append.expected,
            Version::new(actual),
        );
        assert_eq!(
            read_log(LAW, &store).await,
            before,
            "{LAW}: one conflict fails all"
        );
    }

    let whole = commit(&[
        (&a, version(2), 1),
        (&c, Expected::NoStream, 2),
        (&b, version(1), 0),
        (&a, version(3), 2),
        (&c, Expected::Exists, 1),
    ]);
    let answer = ok(
        LAW,
        "append to streams in turns",
        store.append(whole.clone()).await,
    );
    let turns: Vec<StreamCommitted> = [(&a, 2, 1), (&c, 0, 2), (&b, 1, 0), (&a, 3, 2), (&c, 2, 1)]
        .into_iter()
        .map(|(s, before, count)| StreamCommitted::after(s.clone(), Version::new(before), count))
        .collect();
    assert_eq!(
        answer.streams, turns,
        "{LAW}: the answer says which versions each turn got"
    );
    ledger.acknowledged(whole, answer);
    ledger.check(&store).await;
}
