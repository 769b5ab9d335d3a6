use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;
use tokio::task::{JoinSet, yield_now};

use super::check::{declared, fresh, offered, ok, opened, soak};
use super::follower::Follower;
use super::peer::Peer;
use super::random::Random;
use super::tally::Tally;
use super::writer::Writer;
use super::{Role, Subject};
use crate::Position;
use crate::store::Store;

/// Processes beside this one, and the writers in each.
const PROCESSES: usize = 2;
const WRITERS: usize = 12;
/// Writers in this process, which append in transactions of their own.
const CLIENTS: usize = 8;
/// How many events each of the readers reads at once.
const READERS: [usize; 4] = [13, 100, 512, 1_000];

/// 32 writers in several processes, with commits of several events and random delays, a quarter
/// of them in clients' own transactions that wrote other things first: four readers that set
/// their checkpoint after every read miss nothing, and read nothing twice or out of order. At
/// least a million events in full.
///
/// # Panics
/// If the law does not hold.
pub async fn law_24_readers_of_a_crowd_miss_nothing<S: Subject>(subject: &S) {
    const LAW: &str = "law 24";
    let capabilities = subject.capabilities();
    let mut random = Random::new(LAW);
    let (log, store) = fresh(LAW, subject).await;
    let another = async || opened(LAW, subject.open(&log).await);
    let share = soak(3_000, 1_000_000).div_ceil(PROCESSES * WRITERS + CLIENTS);
    let progress = Arc::new(Progress::default());

    let mut readers = JoinSet::new();
    for limit in READERS {
        readers.spawn(follow(LAW, another().await, limit, progress.clone()));
    }
    let (mut others, mut writers) = (JoinSet::new(), JoinSet::new());
    for process in 0..PROCESSES {
        let part = Part {
            seed: random.next(),
            first: process * WRITERS,
            share,
        };
        let command = subject.process(&log, Role::Crowd);
        match offered(LAW, "processes", capabilities.processes, command) {
            Some(command) => {
                let mut peer = Peer::start(LAW, command);
                peer.tell(&part.to_string());
                // The threads that wait for them are not those that everybody else runs on.
                others.spawn_blocking(move || peer.answer());
            }
            None => {
                let (store, progress) = (another().await, progress.clone());
                writers.spawn(part.write(store, progress));
            }
        }
    }
    let transactions = declared(LAW, "transactions", capabilities.transactions);
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let mut client = Writer::new(PROCESSES * WRITERS + number, random.part(), share);
        let (store, log, progress) = (another().await, &log, progress.clone());
        clients.push(async move {
            if transactions {
                client
                    .write_as_client(LAW, subject, log, &store, &progress)
                    .await
            } else {
                client.write(&store, &progress).await
            }
        });
    }

    let mut acknowledged = Tally::default();
    for outcome in join_all(clients)
        .await
        .into_iter()
        .chain(writers.join_all().await)
    {
        acknowledged.add(&ok(LAW, "append", outcome));
    }
    for answer in others.join_all().await {
        match answer.parse() {
            Ok(tally) => acknowledged.add(&tally),
            Err(_) => panic!("{LAW}: another process said {answer:?}"),
        }
    }
    progress.over.store(true, Ordering::SeqCst);
    let mut again = Follower::new(LAW, 1_000);
    while again.read_on(&store).await {}
    let mut read = readers.join_all().await;
    read.push(again.tally());
    for tally in read {
        if let Some(difference) = acknowledged.difference(&tally) {
            panic!("{LAW}: {difference}");
        }
    }
    println!(
        "{LAW}: {} commits of {} events, read {} times",
        acknowledged.commits,
        acknowledged.events,
        READERS.len() + 1
    );
}

/// What readers are told of the writers.
#[derive(Default)]
pub(super) struct Progress {
    /// The last position that an append of this process was answered with.
    acknowledged: AtomicU64,
    over: AtomicBool,
}

impl Progress {
    pub(super) fn acknowledged(&self, last: Position) {
        self.acknowledged.fetch_max(last.get(), Ordering::SeqCst);
    }
}

/// Reads on behind its checkpoint, again and again.
async fn follow(
    law: &'static str,
    store: impl Store,
    limit: usize,
    progress: Arc<Progress>,
) -> Tally {
    let mut follower = Follower::new(law, limit);
    loop {
        // Whatever was acknowledged before this read is in it.
        let over = progress.over.load(Ordering::SeqCst);
        let acknowledged = Position::new(progress.acknowledged.load(Ordering::SeqCst));
        while follower.read_on(&store).await {}
        assert!(
            follower.checkpoint >= acknowledged,
            "{law}: position {acknowledged} was acknowledged, and the log was read to its end at {}",
            follower.checkpoint
        );
        if over {
            return follower.tally();
        }
        yield_now().await;
    }
}

/// The writers of one process, as a line that the process is told.
#[derive(Clone, Copy)]
pub(super) struct Part {
    seed: u64,
    first: usize,
    /// How many events each of them writes, or a few more.
    share: usize,
}

impl Part {
    pub(super) async fn write<S: Store + Clone>(
        self,
        store: S,
        progress: Arc<Progress>,
    ) -> Result<Tally, String> {
        let mut random = Random::seeded("law 24", self.seed);
        let mut writers = JoinSet::new();
        for number in self.first..self.first + WRITERS {
            let mut writer = Writer::new(number, random.part(), self.share);
            let (store, progress) = (store.clone(), progress.clone());
            writers.spawn(async move { writer.write(&store, &progress).await });
        }
        let mut all = Tally::default();
        for tally in writers.join_all().await {
            all.add(&tally?);
        }
        Ok(all)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.seed, self.first, self.share)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let mut words = line.split(' ');
        let mut next = || words.next().and_then(|word| word.parse::<u64>().ok());
        match (next(), next(), next()) {
            (Some(seed), Some(first), Some(share)) => Ok(Self {
                seed,
                first: first as usize,
                share: share as usize,
            }),
            _ => Err(format!("{line:?} is no part of a crowd")),
        }
    }
}
