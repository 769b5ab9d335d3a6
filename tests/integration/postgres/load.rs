use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use pericarp::store::{AppendError, PostgresStore, ReadError, ReadLog, Store};
use pericarp::{Commit, CommitId, Committed, Expected, Position, StreamName};
use pericarp_tests::{commit_to, positions};
use tokio::sync::watch;
use tokio::task::{JoinSet, yield_now};
use uuid::Uuid;

use super::setting::{wait_until, within};

/// Appenders and readers who go on whatever happens, and a ledger of what they were told.
pub(super) struct Load {
    told: Arc<Told>,
    appenders: JoinSet<Ledger>,
    readers: JoinSet<Vec<(u64, Uuid)>>,
}

/// What those who append and read were told so far.
#[derive(Default)]
struct Told {
    stop: AtomicBool,
    end: watch::Sender<Option<Position>>,
    stored: AtomicUsize,
    errors: Mutex<BTreeMap<&'static str, usize>>,
}

#[derive(Default)]
struct Ledger {
    acknowledged: Vec<(Commit, Committed)>,
    /// Those of which an error said that nothing was stored, and which were not tried again.
    refused: BTreeSet<CommitId>,
}

impl Load {
    /// So many append to one store, and so many follow the log from another, as another process
    /// would.
    pub(super) fn start(
        store: &PostgresStore,
        appenders: usize,
        other: &PostgresStore,
        readers: usize,
    ) -> Self {
        let told = Arc::new(Told::default());
        let mut load = Self {
            told: told.clone(),
            appenders: JoinSet::new(),
            readers: JoinSet::new(),
        };
        for number in 0..appenders {
            load.appenders
                .spawn(append(store.clone(), told.clone(), number));
        }
        for _ in 0..readers {
            load.readers.spawn(follow(other.clone(), told.clone()));
        }
        load
    }

    /// Waits until so many more commits are acknowledged.
    pub(super) async fn progress(&self, commits: usize) {
        let stored = || self.told.stored.load(Ordering::SeqCst);
        let wanted = stored() + commits;
        wait_until("more commits", async || stored() >= wanted).await;
    }

    /// How often an error with this code was met.
    pub(super) fn errors(&self, code: &str) -> usize {
        let errors = self.told.errors.lock().unwrap();
        errors.get(code).copied().unwrap_or(0)
    }

    /// Waits until an error with this code was met once more.
    pub(super) async fn error(&self, code: &str) {
        let before = self.errors(code);
        wait_until(code, async || self.errors(code) > before).await;
    }

    /// Ends, and holds the log against the ledger.
    pub(super) async fn finish(mut self, store: &PostgresStore) {
        self.told.stop.store(true, Ordering::SeqCst);
        let mut ledger = Ledger::default();
        while let Some(part) = within("appenders end", self.appenders.join_next()).await {
            let part = part.unwrap();
            ledger.acknowledged.extend(part.acknowledged);
            ledger.refused.extend(part.refused);
        }
        let head = store.head().await.unwrap();
        self.told.end.send_replace(Some(head));
        let log = positions(store).await;
        ledger.check(&log);
        while let Some(read) = within("readers end", self.readers.join_next()).await {
            assert_eq!(read.unwrap(), log, "what a reader has seen is the log");
        }
        println!(
            "{} commits, {} refused, errors: {:?}",
            ledger.acknowledged.len(),
            ledger.refused.len(),
            self.told.errors.lock().unwrap()
        );
    }
}

impl Told {
    fn error(&self, code: &'static str) {
        *self.errors.lock().unwrap().entry(code).or_default() += 1;
    }
}

impl Ledger {
    /// The log is what was acknowledged, where it was said to be, each commit whole and once.
    fn check(&self, log: &[(u64, Uuid)]) {
        assert!(log.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let at: HashMap<Uuid, u64> = log.iter().map(|(position, id)| (*id, *position)).collect();
        assert_eq!(at.len(), log.len(), "no event is there twice");
        let mut events = 0;
        for (commit, committed) in &self.acknowledged {
            events += commit.len();
            for ordinal in 0..commit.len() {
                let id = commit.event(ordinal).unwrap().id.unwrap();
                let expected = committed.first.get() + ordinal as u64;
                assert_eq!(at.get(&id), Some(&expected), "{committed:?}");
            }
        }
        for id in &self.refused {
            assert!(!at.contains_key(&id.get()), "{id} was said to be refused");
        }
        assert_eq!(
            events,
            log.len(),
            "nothing is there that nobody was told of"
        );
    }
}

async fn append(store: PostgresStore, told: Arc<Told>, number: usize) -> Ledger {
    let mut ledger = Ledger::default();
    let shared = StreamName::new("test", "shared").unwrap();
    for round in 0.. {
        if told.stop.load(Ordering::SeqCst) {
            break;
        }
        let mut commit = commit_to(&format!("own-{number}"), Expected::Any, 1 + round % 3);
        let event = commit_to("any", Expected::Any, 1);
        let event = pericarp::NewEvent {
            id: None,
            ..event.event(0).unwrap()
        };
        commit.to(shared.clone(), Expected::Any).raw(event).unwrap();
        let mut may_be_there = false;
        loop {
            let error = match store.append(commit.clone()).await {
                Ok(committed) => {
                    told.stored.fetch_add(1, Ordering::SeqCst);
                    ledger.acknowledged.push((commit, committed));
                    break;
                }
                Err(error) => error,
            };
            told.error(error.code());
            match error {
                AppendError::Failed { .. } => {}
                AppendError::OutcomeUnknown { id, .. } if id == commit.id() => may_be_there = true,
                error => panic!("{error:?}"),
            }
            // Some are given up, to see whether it is true that nothing was stored.
            if !may_be_there && round % 2 == 0 {
                ledger.refused.insert(commit.id());
                break;
            }
            yield_now().await;
        }
    }
    ledger
}

/// Reads what comes, and waits for more, until the end.
async fn follow(store: PostgresStore, told: Arc<Told>) -> Vec<(u64, Uuid)> {
    let (mut seen, mut position) = (Vec::new(), Position::START);
    let mut end = told.end.subscribe();
    loop {
        let mut error = None;
        let more = tokio::select! {
            more = store.wait_past(position) => more,
            _ = end.wait_for(|end| *end == Some(position)) => return seen,
        };
        match more {
            Ok(_) => {
                let mut pages = store.pages(ReadLog::all().after(position));
                loop {
                    match pages.next().await {
                        Ok(Some(page)) => {
                            seen.extend(page.events().map(|e| (e.position.get(), e.id)));
                        }
                        Ok(None) => break,
                        Err(failed) => {
                            error = Some(failed);
                            break;
                        }
                    }
                }
            }
            Err(failed) => error = Some(failed),
        }
        position = Position::new(seen.last().map_or(0, |(position, _)| *position));
        match error {
            None => {}
            Some(error @ ReadError::Failed { .. }) => told.error(error.code()),
            Some(error) => panic!("{error:?}"),
        }
        yield_now().await;
    }
}
