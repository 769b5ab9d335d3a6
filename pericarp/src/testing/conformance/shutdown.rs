use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::Subject;
use super::check::{fresh, ok, opened, within};
use super::events::{commit, stream};
use super::ledger::Ledger;
use crate::store::{AppendError, Read, ReadError, ReadLog, Store};
use crate::{Commit, Committed, Expected, Page};

type Appending = Pin<Box<dyn Future<Output = (Commit, Result<Committed, AppendError>)> + Send>>;

/// Closing answers or rejects every queued append; none hangs. What was answered with Ok is
/// stored, and what was rejected is not.
///
/// # Panics
/// If the law does not hold.
pub async fn law_27_close_answers_every_append<S: Subject>(subject: &S) {
    const LAW: &str = "law 27";
    for _ in 0..4 {
        let (log, store) = fresh(LAW, subject).await;
        // Behind an open transaction that appended, the appends surely queue.
        let beside = opened(LAW, subject.open(&log).await);
        let mut transaction = subject.begin(&log, &beside).await;
        if let Some(transaction) = &mut transaction {
            let rolled_back = commit(&[(&stream("held"), Expected::Any, 1)]);
            let outcome = transaction.append(&rolled_back).await;
            ok(LAW, "append in a transaction", outcome);
        }
        let mut appends: Vec<Appending> = Vec::new();
        for number in 0..64 {
            let store = store.clone();
            let commit = commit(&[(&stream(&format!("{}", number % 5)), Expected::Any, 2)]);
            appends.push(Box::pin(async move {
                let outcome = store.append(commit.clone()).await;
                (commit, outcome)
            }));
        }
        let mut outcomes = Vec::new();
        let mut waiting = Vec::new();
        for mut append in appends {
            match poll_fn(|context| Poll::Ready(append.as_mut().poll(context))).await {
                Poll::Ready(outcome) => outcomes.push(outcome),
                Poll::Pending => waiting.push(tokio::spawn(append)),
            }
        }
        let queued = transaction.is_none() || waiting.len() == 64;
        assert!(
            queued,
            "{LAW}: an append was answered while another transaction was open"
        );
        let closing = tokio::spawn({
            let store = store.clone();
            async move { store.close().await }
        });
        drop(transaction);
        for append in waiting {
            match within(LAW, "a queued append", append).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => panic!("{LAW}: a queued append panicked: {error}"),
            }
        }
        let closed = within(LAW, "close", closing).await;
        assert!(closed.is_ok(), "{LAW}: close panicked");

        let mut ledger = Ledger::new(LAW);
        for (commit, outcome) in outcomes {
            match outcome {
                Ok(answer) => ledger.acknowledged(commit, answer),
                Err(AppendError::Closed) => {}
                Err(error) => panic!("{LAW}: a queued append failed with {error:?}"),
            }
        }
        refuse_everything(LAW, &store).await;
        if subject.capabilities().persistent {
            ledger.check(&opened(LAW, subject.open(&log).await)).await;
        }
    }
}

async fn refuse_everything(law: &str, store: &impl Store) {
    within(law, "closing again", store.close()).await;
    let name = stream("late");
    let append = store.append(commit(&[(&name, Expected::Any, 1)]));
    let outcome = within(law, "an append to a closed store", append).await;
    assert!(
        matches!(outcome, Err(AppendError::Closed)),
        "{law}: an append to a closed store gave {outcome:?}"
    );
    let log = store.read(Read::from(ReadLog::all()), Page::new());
    let read = within(law, "a read of a closed store", log).await;
    assert!(
        matches!(read, Err(ReadError::Closed)),
        "{law}: a read of a closed store: {read:?}"
    );
    let head = store.head().await;
    assert!(
        matches!(head, Err(ReadError::Closed)),
        "{law}: the head of a closed store: {head:?}"
    );
    let version = store.stream_version(&name).await;
    assert!(
        matches!(version, Err(ReadError::Closed)),
        "{law}: a version in a closed store: {version:?}"
    );
}
