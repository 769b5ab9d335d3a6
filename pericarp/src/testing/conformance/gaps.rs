use super::Subject;
use super::check::{conflict, fresh, offered, ok, opened, within};
use super::events::{Stored, commit, read, read_log, stream};
use super::ledger::Ledger;
use crate::store::{ReadLog, Store};
use crate::{Expected, Position, Version};

/// Rolled-back appends leave gaps that no reader waits for: those that conflict, and those of
/// clients' own transactions, of one append and of several, while these are open and afterwards.
///
/// # Panics
/// If the law does not hold.
pub async fn law_22_rolled_back_appends_delay_nobody<S: Subject>(subject: &S) {
    const LAW: &str = "law 22";
    let (log, store) = fresh(LAW, subject).await;
    let (a, b) = (stream("a"), stream("b"));
    let mut ledger = Ledger::new(LAW);
    let mut seen = Vec::new();
    for round in 0..4 {
        let one = commit(&[(&a, Expected::Any, 2)]);
        let answer = ok(LAW, "append", store.append(one.clone()).await);
        ledger.acknowledged(one, answer);
        // The first turn is written before the second conflicts.
        let rolled_back = commit(&[(&a, Expected::Any, 3), (&b, Expected::Exists, 1)]);
        let outcome = store.append(rolled_back).await;
        conflict(LAW, outcome, &b, Expected::Exists, Version::NONE);
        read_on(LAW, &store, &mut seen).await;
        assert_eq!(
            seen.len(),
            2 * (round + 1),
            "{LAW}: what is committed is read at once"
        );
    }

    let declared = subject.capabilities().transactions;
    let beside = opened(LAW, subject.open(&log).await);
    for round in 0..4 {
        let transaction = subject.begin(&log, &beside).await;
        let Some(mut transaction) = offered(LAW, "transactions", declared, transaction) else {
            break;
        };
        for _ in 0..=round {
            let rolled_back = commit(&[(&a, Expected::Any, 3), (&b, Expected::Any, 1)]);
            let outcome = transaction.append(&rolled_back).await;
            ok(LAW, "append in a transaction", outcome);
        }
        // A reader waits for nobody while the transaction is open.
        let before = within(LAW, "a read", read_log(LAW, &store)).await;
        assert_eq!(
            before, seen,
            "{LAW}: an open transaction hides nothing and shows nothing"
        );
        let commit = commit(&[(&a, Expected::Any, 1), (&b, Expected::Any, 1)]);
        let append = tokio::spawn({
            let (store, commit) = (store.clone(), commit.clone());
            async move { store.append(commit).await }
        });
        within(LAW, "a read", read_on(LAW, &store, &mut seen)).await;
        drop(transaction);
        let outcome = ok(LAW, "join", within(LAW, "an append", append).await);
        ledger.acknowledged(commit, ok(LAW, "append after a rollback", outcome));
        within(LAW, "a read", read_on(LAW, &store, &mut seen)).await;
    }
    let whole = ledger.check(&store).await;
    assert_eq!(
        seen, whole,
        "{LAW}: a reader that went on from gap to gap missed nothing"
    );
}

async fn read_on(law: &str, store: &impl Store, seen: &mut Vec<Stored>) {
    let cursor = seen.last().map_or(Position::START, |event| event.position);
    seen.extend(read(law, store, ReadLog::all().after(cursor)).await);
}
