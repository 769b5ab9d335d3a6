use std::future::{Future, poll_fn};
use std::task::Poll;

use tokio::task::{JoinHandle, JoinSet, yield_now};

use super::Subject;
use super::check::{fresh, ok, within};
use super::events::{Stored, commit, read, stream};
use crate::store::{ReadError, ReadLog, Store};
use crate::{Committed, Expected, Position};

pub(super) type Waiting = JoinHandle<Result<Position, ReadError>>;

/// Whoever waits for the log to grow is woken by an append, in this store or in another on the
/// same log, and by nothing else: however many wait, whoever of them gives up, and at once if the
/// log has grown already. Who reads to the end, waits and reads on misses nothing. Closing the
/// store wakes everybody with an error.
///
/// # Panics
/// If the law does not hold.
pub async fn law_32_waiting_readers_are_woken<S: Subject>(subject: &S) {
    const LAW: &str = "law 32";
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let mut head = Position::START;
    for round in 0..6 {
        let appender = if round % 2 == 0 { &store } else { &second };
        head = wake(LAW, &store, appender, head, round).await;
    }
    follow_writers(LAW, &store, &second).await;
    close(LAW, store).await;
}

/// Waits in many ways, then appends; returns the head.
async fn wake<S: Store + Clone>(
    law: &str,
    store: &S,
    appender: &S,
    head: Position,
    round: usize,
) -> Position {
    if head > Position::START {
        for position in [Position::START, head.previous()] {
            let at_once = within(law, "a wait that is over", store.wait_past(position)).await;
            let at_once = ok(law, "wait", at_once);
            assert_eq!(at_once, head, "{law}: the log has grown past {position}");
        }
    }
    let mut waiting = Vec::new();
    for _ in 0..16 {
        waiting.push(begin(law, store, head).await);
    }
    // Those who came first give up: whatever they did for the others must go on.
    for waiting in waiting.drain(..4) {
        waiting.abort();
    }
    let too_far = begin(law, store, Position::END).await;

    let last = append(law, appender, 1 + round % 3).await.last;
    for waiting in waiting {
        let woken = ok(law, "wait", joined(law, waiting).await);
        assert!(
            head < woken && woken <= last,
            "{law}: woken with {woken} while the log grew from {head} to {last}"
        );
    }
    let seen = read(law, store, ReadLog::all().after(head)).await;
    assert_eq!(
        seen.last().map(|event| event.position),
        Some(last),
        "{law}: who was woken reads what was appended"
    );
    assert!(
        !too_far.is_finished(),
        "{law}: woken by events before the position"
    );
    too_far.abort();
    last
}

/// A wait that was polled at least once. It is not over: the log ends at `position`, or before it.
pub(super) async fn begin<S: Store + Clone>(law: &str, store: &S, position: Position) -> Waiting {
    let store = store.clone();
    let mut waiting = Box::pin(async move { store.wait_past(position).await });
    let early = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await;
    assert!(
        early.is_pending(),
        "{law}: a log that ends at {position} woke who waits, with {early:?}"
    );
    tokio::spawn(waiting)
}

pub(super) async fn joined(law: &str, waiting: Waiting) -> Result<Position, ReadError> {
    match within(law, "a waiting reader", waiting).await {
        Ok(woken) => woken,
        Err(error) => panic!("{law}: a waiting reader panicked: {error}"),
    }
}

async fn append<S: Store>(law: &str, store: &S, count: usize) -> Committed {
    let commit = commit(&[(&stream("waited-for"), Expected::Any, count)]);
    ok(law, "append", store.append(commit).await)
}

/// Readers that read to the end, wait and read on, until they have seen what writers on both
/// stores appended.
async fn follow_writers<S: Store + Clone>(law: &'static str, store: &S, second: &S) {
    const WRITERS: usize = 4;
    const COMMITS: usize = 20;
    let start = ok(law, "read the head", store.head().await);
    let mut readers = JoinSet::new();
    for store in [store, second, store] {
        readers.spawn(follow(law, store.clone(), start, WRITERS * COMMITS * 2));
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = if writer % 2 == 0 { store } else { second }.clone();
        writers.spawn(async move {
            for _ in 0..COMMITS {
                append(law, &store, 2).await;
                yield_now().await;
            }
        });
    }
    within(law, "a writer", writers.join_all()).await;
    let written = read(law, store, ReadLog::all().after(start)).await;
    for seen in within(law, "a reader that waits", readers.join_all()).await {
        assert_eq!(
            seen, written,
            "{law}: who waits and reads on sees every event once, in order"
        );
    }
}

async fn follow<S: Store>(law: &str, store: S, mut cursor: Position, count: usize) -> Vec<Stored> {
    let mut seen: Vec<Stored> = Vec::new();
    while seen.len() < count {
        ok(law, "wait", store.wait_past(cursor).await);
        seen.extend(read(law, &store, ReadLog::all().after(cursor)).await);
        cursor = seen.last().map_or(cursor, |event| event.position);
    }
    seen
}

async fn close<S: Store + Clone>(law: &str, store: S) {
    let head = ok(law, "read the head", store.head().await);
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(begin(law, &store, head).await);
    }
    within(law, "close", store.close()).await;
    waiting.push(tokio::spawn(async move { store.wait_past(head).await }));
    for waiting in waiting {
        let woken = joined(law, waiting).await;
        assert!(
            matches!(woken, Err(ReadError::Closed)),
            "{law}: closing woke who waits with {woken:?}"
        );
    }
}
