use tokio::task::JoinSet;

use super::Subject;
use super::check::{offered, ok, opened, reopen, within};
use super::events::{commit, commit_with, new_id, read_all, stream};
use super::ledger::Ledger;
use crate::store::{AppendError, ReadLog, Store};
use crate::{Commit, Expected};

/// A failure of the storage is a typed error that says whether the outcome is known; after it, the
/// log holds every acknowledged commit, no partial one, and none that is known to have failed.
///
/// # Panics
/// If the law does not hold.
pub async fn law_13_outages_are_typed_and_recovered_from<S: Subject>(subject: &S) {
    const LAW: &str = "law 13";
    let log = subject.empty_log().await;
    let store = opened(LAW, subject.open_impatient(&log).await);
    let mut ledger = Ledger::new(LAW);
    let mut unknown = 0;
    for round in 0..3 {
        let before = commit(&[(&stream("calm"), Expected::Any, 2)]);
        let answer = ok(LAW, "append", store.append(before.clone()).await);
        ledger.acknowledged(before, answer);
        let calm = ledger.check(&store).await;

        let declared = subject.capabilities().outages;
        let outage = subject.break_storage(&log).await;
        let Some(outage) = offered(LAW, "outages", declared, outage) else {
            return;
        };
        let mut failed = Vec::new();
        for (commit, outcome) in append_at_once(LAW, &store, round).await {
            match outcome {
                Ok(answer) => ledger.acknowledged(commit, answer),
                Err(error) => failed.push((commit, error)),
            }
        }
        assert!(
            !failed.is_empty(),
            "{LAW}: the storage was to fail, and every append succeeded"
        );
        // Reads may fail too; they must not make anything up.
        if let Ok(read) = within(LAW, "a read", read_all(&store, ReadLog::all())).await {
            let kept = read.starts_with(&calm);
            assert!(
                kept,
                "{LAW}: what was read before the outage is read during it"
            );
        }
        drop(outage);

        for (number, (commit, error)) in failed.into_iter().enumerate() {
            match &error {
                AppendError::Failed { .. } => {}
                AppendError::OutcomeUnknown { id, .. } => {
                    unknown += 1;
                    assert_eq!(*id, commit.id(), "{LAW}: the error names the commit");
                }
                _ => panic!("{LAW}: a failure of the storage is reported as {error:?}"),
            }
            if number % 2 == 0 {
                let outcome = within(LAW, "a retry", store.append(commit.clone())).await;
                ledger.acknowledged(commit, ok(LAW, "append after the outage", outcome));
            } else if !error.outcome_is_known() {
                ledger.uncertain(commit);
            }
        }
        ledger.check(&store).await;
    }
    println!("{LAW}: {unknown} outcomes were unknown");
    if subject.capabilities().persistent {
        let store = reopen(LAW, subject, &log, store).await;
        ledger.check(&store).await;
    }
}

type Outcome = Result<crate::Committed, AppendError>;

/// Commits of 512 KiB in two events, all at once.
async fn append_at_once<S: Store + Clone>(
    law: &str,
    store: &S,
    round: usize,
) -> Vec<(Commit, Outcome)> {
    let filling = "x".repeat(256 << 10);
    let mut appends = JoinSet::new();
    for number in 0..8 {
        let (store, filling) = (store.clone(), filling.clone());
        appends.spawn(async move {
            let (own, shared) = (stream(&format!("storm-{round}-{number}")), stream("storm"));
            let turns = [(&own, Expected::NoStream, 1), (&shared, Expected::Any, 1)];
            let commit = commit_with(new_id(), &turns, &filling);
            let outcome = store.append(commit.clone()).await;
            (commit, outcome)
        });
    }
    within(law, "an append during an outage", appends.join_all()).await
}
