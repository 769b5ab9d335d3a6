use tokio::task::{JoinHandle, yield_now};

use super::check::{fresh, offered, ok, opened, within};
use super::events::{Stored, read};
use super::ledger::Ledger;
use super::{OpenTransaction, Subject};
use crate::store::{AppendError, ReadLog, Store};
use crate::{Commit, Committed, Position};

/// How often the reader looks while appends wait: often enough for one that does not wait, and
/// should, to be answered meanwhile.
const LOOKS: usize = 50;

/// A log on which appends race with transactions that are held open, and a reader that sets its
/// checkpoint after every read.
pub(super) struct Scene<'s, S: Subject> {
    law: &'static str,
    subject: &'s S,
    log: S::Log,
    /// For the transactions, which may need its connections.
    beside: [S::Store; 3],
    racers: [S::Store; 2],
    pub(super) store: S::Store,
    racing: Vec<JoinHandle<(Commit, Outcome)>>,
    pub(super) ledger: Ledger,
    seen: Vec<Stored>,
}

type Outcome = Result<Committed, AppendError>;

impl<'s, S: Subject> Scene<'s, S> {
    pub(super) async fn new(law: &'static str, subject: &'s S) -> Self {
        let (log, store) = fresh(law, subject).await;
        let another = async || opened(law, subject.open(&log).await);
        Self {
            law,
            subject,
            beside: [another().await, another().await, another().await],
            racers: [another().await, store.clone()],
            store,
            log,
            racing: Vec::new(),
            ledger: Ledger::new(law),
            seen: Vec::new(),
        }
    }

    /// Begins a transaction, through a store that no other transaction uses.
    pub(super) async fn begin(&self, which: usize) -> Option<OpenTransaction> {
        let store = &self.beside[which];
        let begun = self.subject.begin(&self.log, store);
        let begun = within(self.law, "begin a transaction", begun).await;
        let declared = self.subject.capabilities().transactions;
        offered(self.law, "transactions", declared, begun)
    }

    /// Appends in a transaction.
    pub(super) async fn append_in(&self, open: &mut OpenTransaction, commit: &Commit) -> Committed {
        let outcome = within(self.law, "append in a transaction", open.append(commit)).await;
        ok(self.law, "append in a transaction", outcome)
    }

    /// Begins to append through stores, which may have to wait for open transactions.
    pub(super) fn race(&mut self, commits: impl IntoIterator<Item = Commit>) {
        for commit in commits {
            let store = self.racers[self.racing.len() % 2].clone();
            self.racing.push(tokio::spawn(async move {
                let outcome = store.append(commit.clone()).await;
                (commit, outcome)
            }));
        }
    }

    /// Reads on while appends race, until all are answered or surely wait.
    ///
    /// # Panics
    /// If a read shows an event of `hidden`, which is not committed.
    pub(super) async fn watch(&mut self, hidden: &[&Commit]) {
        for _ in 0..LOOKS {
            self.read_on().await;
            for commit in hidden {
                let id = commit.id().get();
                assert!(
                    self.seen.iter().all(|event| event.id != id),
                    "{}: commit {id} is read, and its transaction is open",
                    self.law
                );
            }
            if self.racing.iter().all(JoinHandle::is_finished) {
                break;
            }
            yield_now().await;
        }
    }

    /// Reads on until the appends that race are answered, which nothing keeps them from, and then
    /// to the end.
    pub(super) async fn settle(&mut self) {
        let (law, racing) = (self.law, std::mem::take(&mut self.racing));
        let answered = async {
            // Whatever comes behind what is read here, and has a lower position, is missed.
            while !racing.iter().all(JoinHandle::is_finished) {
                self.read_on().await;
                yield_now().await;
            }
        };
        within(law, "an append", answered).await;
        for racing in racing {
            let (commit, outcome) = ok(self.law, "join", racing.await);
            let answer = ok(self.law, "append", outcome);
            self.ledger.acknowledged(commit, answer);
        }
        self.read_on().await;
    }

    /// Compares what the reader saw with what was acknowledged and with what is stored.
    pub(super) async fn check(&self) {
        let whole = self.ledger.check(&self.store).await;
        assert_eq!(
            self.seen, whole,
            "{}: a reader that read on from checkpoint to checkpoint saw what is stored, in order",
            self.law
        );
    }

    async fn read_on(&mut self) {
        let checkpoint = self
            .seen
            .last()
            .map_or(Position::START, |event| event.position);
        let next = read(
            self.law,
            &self.store,
            ReadLog::all().after(checkpoint).limit(3),
        );
        self.seen.extend(within(self.law, "a read", next).await);
    }
}
