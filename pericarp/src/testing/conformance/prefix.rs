use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::{JoinSet, yield_now};

use super::Subject;
use super::check::{fresh, ok, within};
use super::events::{Stored, commit, read, stream_in};
use super::ledger::{Ledger, check_order};
use crate::store::{Filter, ReadLog, Store};
use crate::{Expected, Position};

/// Reading while others append returns a prefix-consistent view: what a reader saw stays, and
/// nothing appears before the last of it. 10 writers on two stores, and readers that poll.
///
/// # Panics
/// If the law does not hold.
pub async fn law_16_reads_are_prefix_consistent<S: Subject>(subject: &S) {
    const LAW: &str = "law 16";
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let done = Arc::new(AtomicBool::new(false));

    let mut readers = JoinSet::new();
    for limit in [1, 16, 512] {
        readers.spawn(follow(
            LAW,
            store.clone(),
            done.clone(),
            Filter::default(),
            limit,
        ));
        readers.spawn(look_again(LAW, second.clone(), done.clone(), limit));
    }
    let even = Filter::default().category("even");
    readers.spawn(follow(LAW, second.clone(), done.clone(), even, 3));

    let mut writers = JoinSet::new();
    for writer in 0..10 {
        let store = if writer % 3 == 0 {
            second.clone()
        } else {
            store.clone()
        };
        writers.spawn(async move {
            let mut answers = Vec::new();
            for number in 0..25 {
                let category = if (writer + number) % 2 == 0 {
                    "even"
                } else {
                    "odd"
                };
                let one = stream_in(category, &format!("{}", number % 4));
                let own = stream_in("own", &format!("{writer}"));
                let turns = [(&own, Expected::Any, 1), (&one, Expected::Any, number % 5)];
                let commit = commit(&turns);
                let outcome = store.append(commit.clone()).await;
                answers.push((commit, outcome));
            }
            answers
        });
    }
    let mut ledger = Ledger::new(LAW);
    for (commit, outcome) in within(LAW, "a writer", writers.join_all())
        .await
        .into_iter()
        .flatten()
    {
        ledger.acknowledged(commit, ok(LAW, "append", outcome));
    }
    done.store(true, Ordering::SeqCst);
    let whole = ledger.check(&store).await;
    for (filter, seen) in within(LAW, "a reader", readers.join_all()).await {
        let category = filter
            .categories
            .first()
            .map_or(String::new(), |c| format!("{c}-"));
        let expected = whole
            .iter()
            .filter(|event| event.stream.starts_with(&category));
        assert!(
            expected.eq(&seen),
            "{LAW}: a reader with {filter:?} saw {} events, and not those of the log",
            seen.len()
        );
    }
}

/// Reads on from the last position it saw, again and again.
async fn follow(
    law: &'static str,
    store: impl Store,
    done: Arc<AtomicBool>,
    filter: Filter,
    limit: usize,
) -> (Filter, Vec<Stored>) {
    let mut seen: Vec<Stored> = Vec::new();
    loop {
        // Whoever is done before this read is in it.
        let last = done.load(Ordering::SeqCst);
        let cursor = seen.last().map_or(Position::START, |event| event.position);
        let next = ReadLog::all()
            .after(cursor)
            .filter(filter.clone())
            .limit(limit);
        seen.extend(read(law, &store, next).await);
        if last {
            return (filter, seen);
        }
        yield_now().await;
    }
}

/// Reads the whole log, again and again.
async fn look_again(
    law: &'static str,
    store: impl Store,
    done: Arc<AtomicBool>,
    limit: usize,
) -> (Filter, Vec<Stored>) {
    let mut seen: Vec<Stored> = Vec::new();
    loop {
        let last = done.load(Ordering::SeqCst);
        let now = read(law, &store, ReadLog::all().limit(limit)).await;
        assert!(
            now.starts_with(&seen),
            "{law}: what was read once is read again, from the start"
        );
        check_order(law, &now);
        let mut backward = read(law, &store, ReadLog::all().backward().limit(limit)).await;
        backward.reverse();
        assert!(
            backward.starts_with(&now),
            "{law}: backward it is the same log"
        );
        seen = backward;
        if last {
            return (Filter::default(), seen);
        }
        yield_now().await;
    }
}
