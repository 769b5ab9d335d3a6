use tokio::task::JoinSet;

use super::check::{declared, fresh, offered, ok, opened, within};
use super::events::{commit, new_id, read, read_log, stream};
use super::ledger::Ledger;
use super::peer::Peer;
use super::{Idle, Role, Subject};
use crate::store::{ReadLog, Store};
use crate::{Expected, Position};

/// An idle transaction that anybody left open, on any table, delays no reader and no appender,
/// here and in other processes, unless it holds the append itself.
///
/// # Panics
/// If the law does not hold.
pub async fn law_23_idle_transactions_delay_nobody<S: Subject>(subject: &S) {
    const LAW: &str = "law 23";
    let (log, store) = fresh(LAW, subject).await;
    let mut work = Work::new(LAW, &store).await;
    let capabilities = subject.capabilities();
    let left_open = within(LAW, "leaving transactions open", subject.leave_open(&log)).await;
    let Some(left_open) = offered(LAW, "transactions", capabilities.transactions, left_open) else {
        return;
    };
    assert!(
        !left_open.is_empty(),
        "{LAW}: a store with transactions has idle ones"
    );
    for Idle { what, .. } in &left_open {
        println!("{LAW}: left open: {what}");
    }
    work.go_on(&store, "those left open").await;
    let beside = opened(LAW, subject.open(&log).await);
    let mut written = None;
    if declared(LAW, "overlapping", capabilities.overlapping) {
        written = subject.begin(&log, &beside).await;
        if let Some(transaction) = &mut written {
            transaction.write().await;
        }
        work.go_on(&store, "one of the law's own that wrote").await;
    }

    // Whoever comes later is not delayed either: another store, a transaction, another process.
    let late = within(LAW, "opening the log", subject.open(&log)).await;
    let late = opened(LAW, late);
    work.go_on(&late, "all of them").await;
    let appending = within(LAW, "begin", subject.begin(&log, &late)).await;
    if let Some(mut appending) = appending {
        let commit = commit(&[(&stream("in-a-transaction"), Expected::Any, 2)]);
        let outcome = within(LAW, "an append in a transaction", appending.append(&commit)).await;
        within(LAW, "commit", appending.commit()).await;
        let answer = ok(LAW, "append in a transaction", outcome);
        work.ledger.acknowledged(commit, answer);
    }
    work.go_on(&store, "all of them").await;
    work.ledger.check(&store).await;
    let process = subject.process(&log, Role::Race);
    if let Some(process) = offered(LAW, "processes", capabilities.processes, process) {
        append_elsewhere(LAW, process).await;
        let elsewhere = read_log(LAW, &store).await;
        let last = elsewhere.last().map(|event| event.stream.as_str());
        assert_eq!(
            last,
            Some("conformance-elsewhere"),
            "{LAW}: what another process appended is read"
        );
    }
    drop((left_open, written));
}

/// What goes on while transactions are open.
struct Work {
    law: &'static str,
    ledger: Ledger,
    checkpoint: Position,
}

impl Work {
    async fn new(law: &'static str, store: &(impl Store + Clone)) -> Self {
        let mut work = Self {
            law,
            ledger: Ledger::new(law),
            checkpoint: Position::START,
        };
        work.go_on(store, "none").await;
        work
    }

    /// Appends to old and new streams and reads them, with all that is open.
    async fn go_on(&mut self, store: &(impl Store + Clone), open: &str) {
        let law = self.law;
        let mut appends = JoinSet::new();
        for number in 0..4 {
            let store = store.clone();
            appends.spawn(async move {
                let old = stream(&format!("old-{number}"));
                let new = stream(&new_id().to_string());
                let commit = commit(&[(&old, Expected::Any, 2), (&new, Expected::NoStream, 1)]);
                let outcome = store.append(commit.clone()).await;
                (commit, outcome)
            });
        }
        let appended = appends.join_all();
        let what = format!("an append, with a transaction open ({open}),");
        let mut last = self.checkpoint;
        for (commit, outcome) in within(law, &what, appended).await {
            let answer = ok(
                law,
                &format!("append, with a transaction open ({open})"),
                outcome,
            );
            last = last.max(answer.last);
            self.ledger.acknowledged(commit, answer);
        }
        let what = format!("a read, with a transaction open ({open}),");
        let next = read(law, store, ReadLog::all().after(self.checkpoint));
        let next = within(law, &what, next).await;
        self.checkpoint = next.last().map_or(self.checkpoint, |event| event.position);
        assert_eq!(
            self.checkpoint, last,
            "{law}: what was acknowledged is read at once, with a transaction open ({open})"
        );
        let head = ok(law, "read", within(law, &what, store.head()).await);
        assert_eq!(
            head, last,
            "{law}: the head, with a transaction open ({open})"
        );
    }
}

async fn append_elsewhere(law: &'static str, process: std::process::Command) {
    let mut racer = Peer::start(law, process);
    let answers = tokio::task::spawn_blocking(move || {
        [0, 1, 2].map(|version| {
            racer.tell(&format!("conformance-elsewhere {version}"));
            racer.answer()
        })
    });
    let answers = within(law, "an append of another process", answers).await;
    for answer in ok(law, "join", answers) {
        assert!(
            answer.starts_with("won "),
            "{law}: another process said {answer:?}"
        );
    }
}
