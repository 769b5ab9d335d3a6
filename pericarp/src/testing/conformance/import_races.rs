use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::task::{JoinSet, yield_now};

use super::Subject;
use super::check::{fresh, ok, opened, soak, within};
use super::events::{commit, read_log, stream};
use super::import::{Importer, Source, batches};
use super::ledger::{Ledger, check_order, commits};
use super::random::Random;
use crate::store::{AppendError, BulkError, Positions, Reason, Store};
use crate::{Commit, CommitId, Committed, Expected};

/// Importers of one log, at once: each event is stored once, whoever stored it.
pub(super) async fn beside_each_other<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    let (log, store) = fresh(law, subject).await;
    let second = opened(law, subject.open(&log).await);
    let importers = [&store, &second, &store].map(|store| Importer {
        law,
        subject,
        store,
    });
    let events = &source.events;
    let imports = importers.iter().zip([1, 3, 8]);
    let imports = imports.map(|(one, size)| one.import(events, size, Positions::Keep));
    let done = within(law, "an import", at_once(imports)).await;
    let added: u64 = done.iter().map(|(added, ..)| added).sum();
    assert_eq!(
        added,
        events.len() as u64,
        "{law}: each event is added once"
    );
    assert!(
        read_log(law, &store).await == *events,
        "{law}: imported three times at once, the log is another"
    );
}

/// An import beside appends: renumbered, both are whole; with kept positions, it is refused as
/// soon as the log has gone on, and nothing is out of order.
pub(super) async fn beside_appends<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    for positions in [Positions::Renumber, Positions::Keep] {
        let (log, store) = fresh(law, subject).await;
        let second = opened(law, subject.open(&log).await);
        let importer = Importer {
            law,
            subject,
            store: &second,
        };
        let mut writers = JoinSet::new();
        for writer in 0..3 {
            writers.spawn(append(store.clone(), writer));
        }
        let import = async {
            for batch in batches(law, &source.events, 2) {
                importer.try_one(batch, positions).await?;
                yield_now().await;
            }
            Ok(())
        };
        let outcome = within(law, "an import", import).await;
        let answers = within(law, "a writer", writers.join_all()).await;
        let mut ledger = Ledger::new(law);
        for (commit, outcome) in answers.into_iter().flatten() {
            ledger.acknowledged(commit, ok(law, "append", outcome));
        }
        for commit in &source.commits {
            ledger.uncertain(commit.clone());
        }
        let log = ledger.check(&store).await;
        match (positions, outcome) {
            (_, Ok(())) => {
                let stored = commits(law, &log);
                let all = source.commits.iter().map(|commit| commit.id());
                let missing: Vec<CommitId> = all.filter(|id| !stored.contains_key(id)).collect();
                assert!(
                    missing.is_empty(),
                    "{law}: {missing:?} were imported and are gone"
                );
            }
            (Positions::Keep, Err(BulkError::Refused(refused))) => assert!(
                matches!(
                    refused.reason,
                    Reason::PositionTaken { .. } | Reason::RecordedEarlier { .. }
                ),
                "{law}: beside appends, an import is refused with {refused:?}"
            ),
            (_, Err(error)) => panic!("{law}: beside appends, an import fails with {error:?}"),
        }
    }
}

async fn append(store: impl Store, writer: usize) -> Vec<(Commit, Result<Committed, AppendError>)> {
    let (own, shared) = (stream(&format!("own-{writer}")), stream("shared"));
    let mut answers = Vec::new();
    for number in 0..20 {
        let turns = [
            (&own, Expected::Any, 1 + number % 3),
            (&shared, Expected::Any, number % 2),
        ];
        let commit = commit(&turns);
        answers.push((commit.clone(), store.append(commit).await));
        yield_now().await;
    }
    answers
}

/// Dropping the future leaves a whole batch or nothing, and importing again finds out.
pub(super) async fn dropped<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    let mut random = Random::new(law);
    for _ in 0..soak(10, 100) {
        let (_log, store) = fresh(law, subject).await;
        let importer = Importer {
            law,
            subject,
            store: &store,
        };
        let mut end = 0;
        for batch in batches(law, &source.events, 1 + random.below(9)) {
            let before = end;
            end += batch.len();
            let again = batch.clone();
            let polls = random.below(4);
            poll_and_drop(importer.try_one(batch, Positions::Keep), polls).await;
            let stored = read_log(law, &store).await;
            check_order(law, &stored);
            assert!(
                [before, end].contains(&stored.len()) && source.events.starts_with(&stored),
                "{law}: a dropped import left {} events, and not {before} or {end}",
                stored.len()
            );
            ok(
                law,
                "import again",
                importer.try_one(again, Positions::Keep).await,
            );
        }
        assert!(
            read_log(law, &store).await == source.events,
            "{law}: after dropped imports the log is another"
        );
    }
}

/// Drives futures that borrow, all in this task.
async fn at_once<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| Some(Box::pin(future))).collect();
    let mut outputs = Vec::new();
    poll_fn(|context| {
        for slot in &mut running {
            if let Some(future) = slot
                && let Poll::Ready(output) = future.as_mut().poll(context)
            {
                outputs.push(output);
                *slot = None;
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    outputs
}

async fn poll_and_drop(future: impl Future, polls: usize) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let is_ready =
            poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if is_ready {
            return;
        }
        yield_now().await;
    }
}
