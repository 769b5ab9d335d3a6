use std::collections::HashMap;
use std::hint::spin_loop;
use std::str::FromStr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::check::{declared, fresh, offered, opened, soak, within};
use super::events::{Stored, commit_with, new_id, read, stream};
use super::ledger::{check_order, commits};
use super::peer::Peer;
use super::process::say;
use super::random::Random;
use super::{Role, Subject};
use crate::store::{ReadLog, Store};
use crate::{CommitId, Expected, Position, StreamName, Version};

/// Tasks of a writer that is going to be killed.
const WRITERS: usize = 6;

/// `kill -9` of a writer at random points, 500 times in full: every commit that it acknowledged
/// is there, whole, once; nothing is there by half.
///
/// # Panics
/// If the law does not hold.
pub async fn law_26_kills_lose_nothing<S: Subject>(subject: &S) {
    const LAW: &str = "law 26";
    let capabilities = subject.capabilities();
    if !declared(LAW, "persistent", capabilities.persistent) {
        return;
    }
    let mut random = Random::new(LAW);
    let (log, store) = fresh(LAW, subject).await;
    within(LAW, "close", store.close()).await;
    let mut survivors = Survivors::default();
    let kills = soak(12, 500);
    for _ in 0..kills {
        let process = subject.process(&log, Role::Write);
        let Some(process) = offered(LAW, "processes", capabilities.processes, process) else {
            return;
        };
        let mut writer = Peer::start(LAW, process);
        let mut acknowledged = Vec::new();
        for _ in 0..random.below(60) {
            acknowledged.push(Acknowledged::parse(LAW, &writer.answer()));
        }
        // Anywhere between two acknowledgements, or inside a commit.
        let moment = Instant::now() + Duration::from_micros(random.below(3_000) as u64);
        while Instant::now() < moment {
            spin_loop();
        }
        writer.kill();
        acknowledged
            .extend(std::iter::from_fn(|| writer.line()).map(|l| Acknowledged::parse(LAW, &l)));

        let store = opened(LAW, subject.open(&log).await);
        survivors.check_next(LAW, &store, &acknowledged).await;
        within(LAW, "close", store.close()).await;
    }
    let store = opened(LAW, subject.open(&log).await);
    let all = read(LAW, &store, ReadLog::all()).await;
    check_order(LAW, &all);
    // A server may still have been at work for the last one that was killed.
    let seen = all.partition_point(|event| event.position <= survivors.cursor);
    survivors.check(LAW, &all[seen..], &[]);
    assert_eq!(
        commits(LAW, &all).len(),
        survivors.commits,
        "{LAW}: what was there stays there"
    );
    println!(
        "{LAW}: {kills} kills, {} commits of {} events acknowledged, all there; {} more were \
         stored and not acknowledged",
        survivors.acknowledged,
        all.len(),
        survivors.commits - survivors.acknowledged
    );
}

/// Appends commits of several events to several streams from several tasks, and says which were
/// acknowledged.
pub(super) async fn write_until_killed<S: Store + Clone>(store: S) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            for number in writer.. {
                let (one, other) = (shared(number), shared(number / 3 + 1));
                let filling = "x".repeat(if number % 50 == 0 {
                    100_000
                } else {
                    number % 200
                });
                let turns = [
                    (&one, Expected::Any, 1 + number % 3),
                    (&other, Expected::Any, number % 4),
                ];
                let commit = commit_with(new_id(), &turns, &filling);
                match store.append(commit).await {
                    Ok(answer) => say(&format!("{} {} {}", answer.id, answer.first, answer.last)),
                    Err(error) => say(&error.to_string()),
                }
            }
        });
    }
    writers.join_all().await;
}

fn shared(number: usize) -> StreamName {
    stream(&format!("crash-{}", number % 8))
}

/// A commit that a process said was stored.
struct Acknowledged {
    id: CommitId,
    first: Position,
    last: Position,
}

impl Acknowledged {
    #[track_caller]
    fn parse(law: &str, line: &str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let parsed = match words.as_slice() {
            [id, first, last] => uuid::Uuid::from_str(id)
                .ok()
                .zip(first.parse().ok().zip(last.parse().ok())),
            _ => None,
        };
        let Some((id, (first, last))) = parsed else {
            panic!("{law}: the writer said {line:?}");
        };
        Self {
            id: CommitId::new(id),
            first: Position::new(first),
            last: Position::new(last),
        }
    }
}

/// What the kills so far left in the log.
#[derive(Default)]
struct Survivors {
    cursor: Position,
    versions: HashMap<String, Version>,
    commits: usize,
    acknowledged: usize,
}

impl Survivors {
    /// Checks what came to the log since the last kill.
    async fn check_next(&mut self, law: &str, store: &impl Store, acknowledged: &[Acknowledged]) {
        let new = read(law, store, ReadLog::all().after(self.cursor)).await;
        self.check(law, &new, acknowledged);
    }

    fn check(&mut self, law: &str, new: &[Stored], acknowledged: &[Acknowledged]) {
        for event in new {
            assert!(self.cursor < event.position, "{law}: positions increase");
            self.cursor = event.position;
            let version = self.versions.entry(event.stream.clone()).or_default();
            assert_eq!(
                event.version,
                version.next(),
                "{law}: versions of {}",
                event.stream
            );
            *version = event.version;
        }
        let stored = commits(law, new);
        for (id, events) in &stored {
            check_whole(law, *id, events);
        }
        for Acknowledged { id, first, last } in acknowledged {
            let Some([.., stored_last]) = stored.get(id) else {
                panic!("{law}: commit {id} was acknowledged, and is gone");
            };
            let stored_first = stored[id][0].position;
            assert_eq!(
                (stored_first, stored_last.position),
                (*first, *last),
                "{law}: commit {id} is not where its acknowledgement said"
            );
        }
        self.commits += stored.len();
        self.acknowledged += acknowledged.len();
    }
}

/// Every event of the commit is there; each says how many there are.
#[track_caller]
fn check_whole(law: &str, id: CommitId, events: &[Stored]) {
    for event in events {
        let begin = format!(
            r#"{{"commit":"{id}","ordinal":{},"of":{},"#,
            event.ordinal,
            events.len()
        );
        assert!(
            event.data.starts_with(&begin) && event.data.ends_with(r#""}"#),
            "{law}: commit {id} is stored by half: {begin} expected, found {}",
            event.data.chars().take(200).collect::<String>()
        );
    }
}
