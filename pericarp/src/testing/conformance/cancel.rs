use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::task::{JoinSet, yield_now};

use super::Subject;
use super::check::{fresh, ok, reopen, soak, within};
use super::events::{commit_with, new_id, stream};
use super::ledger::Ledger;
use super::random::Random;
use crate::store::{AppendError, Store};
use crate::{Commit, Committed, Expected};

/// Tasks that drop their appends beside each other.
const TASKS: usize = 8;

/// Dropping the append future at any point leaves either the whole commit or nothing, and the
/// store usable: 1000 random drops in full.
///
/// # Panics
/// If the law does not hold.
pub async fn law_12_dropped_appends_are_whole_or_nothing<S: Subject>(subject: &S) {
    const LAW: &str = "law 12";
    let mut random = Random::new(LAW);
    let (log, store) = fresh(LAW, subject).await;
    let mut ledger = Ledger::new(LAW);
    let wanted = soak(100, 1_000);
    let mut dropped = 0;
    while dropped < wanted {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let store = store.clone();
            let commits: Vec<_> = (0..8)
                .map(|_| (any_commit(&mut random, task), random.below(7)))
                .collect();
            let finds_out = random.below(2) == 0;
            tasks.spawn(async move {
                let mut outcomes = Vec::new();
                for (commit, polls) in commits {
                    let mut outcome = poll_and_drop(&store, commit.clone(), polls).await;
                    let was_dropped = outcome.is_none();
                    if was_dropped && finds_out {
                        outcome = Some(store.append(commit.clone()).await);
                    }
                    outcomes.push((commit, outcome, was_dropped));
                }
                outcomes
            });
        }
        for (commit, outcome, was_dropped) in within(LAW, "an append", tasks.join_all())
            .await
            .into_iter()
            .flatten()
        {
            dropped += usize::from(was_dropped);
            match outcome {
                Some(outcome) => ledger.acknowledged(commit, ok(LAW, "append", outcome)),
                None => ledger.uncertain(commit),
            }
        }
    }
    ledger.check(&store).await;
    println!("{LAW}: {dropped} appends were dropped");
    if subject.capabilities().persistent {
        let store = reopen(LAW, subject, &log, store).await;
        ledger.check(&store).await;
    }
}

/// Polls an append so often and drops it; its outcome, if it came by then.
async fn poll_and_drop(
    store: &impl Store,
    commit: Commit,
    polls: usize,
) -> Option<Result<Committed, AppendError>> {
    let mut append = pin!(store.append(commit));
    for _ in 0..polls {
        let polled = poll_fn(|context| Poll::Ready(append.as_mut().poll(context))).await;
        if let Poll::Ready(outcome) = polled {
            return Some(outcome);
        }
        yield_now().await;
    }
    None
}

fn any_commit(random: &mut Random, task: usize) -> Commit {
    let (own, shared) = (stream(&format!("own-{task}")), stream("shared"));
    let filling = "x".repeat(random.below(2_000));
    let turns = [
        (&own, Expected::Any, 1 + random.below(3)),
        (&shared, Expected::Any, random.below(3)),
        (&own, Expected::Exists, random.below(2)),
    ];
    commit_with(new_id(), &turns, &filling)
}
