use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::check::{fresh, offered, ok, within};
use super::events::{commit, commit_with, new_id, read_stream, stream};
use super::ledger::Ledger;
use super::peer::Peer;
use super::random::Random;
use super::{Role, Subject};
use crate::store::{AppendError, Store};
use crate::{Expected, StreamName, Version};

/// Of writers that race on one stream with the same `Version(n)`, exactly one wins: 2, 20 and 64
/// writers on two stores of this process, and three other processes.
///
/// # Panics
/// If the law does not hold.
pub async fn law_06_one_racer_wins<S: Subject>(subject: &S) {
    const LAW: &str = "law 6";
    let (log, store) = fresh(LAW, subject).await;
    let stores = [
        store.clone(),
        ok(LAW, "open the log", subject.open(&log).await),
    ];
    let mut ledger = Ledger::new(LAW);
    for writers in [2, 20, 64] {
        let stream = stream(&format!("raced-by-{writers}"));
        for round in 0..5 {
            let version = Version::new(round);
            let racers = race(&stores, &stream, Expected::Version(version), writers);
            let outcomes = within(LAW, "a race", racers.join_all()).await;
            let mut winners = 0;
            for (commit, outcome) in outcomes {
                match outcome {
                    Ok(answer) => {
                        winners += 1;
                        ledger.acknowledged(commit, answer);
                    }
                    Err(AppendError::Conflict(conflict)) => assert_eq!(
                        conflict.actual,
                        version.next(),
                        "{LAW}: a loser is told the version that the winner left"
                    ),
                    Err(error) => panic!("{LAW}: a racer failed with {error}"),
                }
            }
            assert_eq!(winners, 1, "{LAW}: winners of {writers} in round {round}");
        }
    }
    ledger.check(&store).await;
    race_of_processes(LAW, subject).await;
}

fn race<S: Store + Clone>(
    stores: &[S],
    stream: &StreamName,
    expected: Expected,
    writers: usize,
) -> JoinSet<(crate::Commit, Result<crate::Committed, AppendError>)> {
    let start = Arc::new(Barrier::new(writers));
    let mut racers = JoinSet::new();
    for store in stores.iter().cycle().take(writers) {
        let (store, start) = (store.clone(), start.clone());
        let commit = commit(&[(stream, expected, 1)]);
        racers.spawn(async move {
            start.wait().await;
            let outcome = store.append(commit.clone()).await;
            (commit, outcome)
        });
    }
    racers
}

async fn race_of_processes<S: Subject>(law: &'static str, subject: &S) {
    const ROUNDS: u64 = 30;
    let (log, store) = fresh(law, subject).await;
    let declared = subject.capabilities().processes;
    let processes: Option<Vec<_>> = (0..3).map(|_| subject.process(&log, Role::Race)).collect();
    let Some(processes) = offered(law, "processes", declared, processes) else {
        return;
    };
    let stream = stream("raced-by-processes");
    let mut racers: Vec<Peer> = processes
        .into_iter()
        .map(|process| Peer::start(law, process))
        .collect();
    let mut won = Vec::new();
    for round in 0..ROUNDS {
        for racer in &mut racers {
            racer.tell(&format!("{stream} {round}"));
        }
        let answers: Vec<String> = racers.iter_mut().map(Peer::answer).collect();
        let mut winners = answers
            .iter()
            .filter_map(|answer| answer.strip_prefix("won "));
        match (winners.next(), winners.next()) {
            (Some(position), None) => won.push(position.to_owned()),
            _ => panic!("{law}: in round {round} the processes answered {answers:?}"),
        }
        let losers = answers
            .iter()
            .filter(|answer| **answer == format!("lost {}", round + 1));
        assert_eq!(
            losers.count(),
            2,
            "{law}: in round {round} the processes answered {answers:?}"
        );
    }
    let stored = read_stream(law, &store, &stream).await;
    let positions: Vec<String> = stored
        .iter()
        .map(|event| event.position.to_string())
        .collect();
    assert_eq!(
        positions, won,
        "{law}: what is stored is what the winning processes were told"
    );
}

/// Stored equals acknowledged, exactly: after a race of commits with every kind of expectation,
/// over streams of all racers, the log holds the commits that were answered with Ok, where the
/// answer says.
///
/// # Panics
/// If the law does not hold.
pub async fn law_07_stored_equals_acknowledged(subject: &impl Subject) {
    const LAW: &str = "law 7";
    let mut random = Random::new(LAW);
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let mut racers = JoinSet::new();
    for racer in 0..16 {
        let store = if racer % 2 == 0 {
            store.clone()
        } else {
            second.clone()
        };
        let commits: Vec<_> = (0..20).map(|_| any_commit(&mut random)).collect();
        racers.spawn(async move {
            let mut outcomes = Vec::new();
            for commit in commits {
                let outcome = store.append(commit.clone()).await;
                outcomes.push((commit, outcome));
            }
            outcomes
        });
    }
    let mut ledger = Ledger::new(LAW);
    for (commit, outcome) in within(LAW, "a race", racers.join_all())
        .await
        .into_iter()
        .flatten()
    {
        match outcome {
            Ok(answer) => ledger.acknowledged(commit, answer),
            Err(AppendError::Conflict(_)) => {}
            Err(error) => panic!("{LAW}: a racer failed with {error}"),
        }
    }
    ledger.check(&store).await;
    ledger.check(&second).await;
}

fn any_commit(random: &mut Random) -> crate::Commit {
    let streams: Vec<StreamName> = (0..1 + random.below(3))
        .map(|_| stream(&format!("s{}", random.below(6))))
        .collect();
    let turns: Vec<_> = streams
        .iter()
        .map(|stream| {
            let expected = match random.below(6) {
                0 => Expected::NoStream,
                1 => Expected::Exists,
                2 => Expected::Version(Version::new(random.below(12) as u64)),
                _ => Expected::Any,
            };
            (stream, expected, 1 + random.below(3))
        })
        .collect();
    commit_with(new_id(), &turns, &random.next().to_string())
}
