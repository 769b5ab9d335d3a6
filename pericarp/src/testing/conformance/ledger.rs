use std::collections::{HashMap, HashSet};

use super::events::{Stored, read_log};
use crate::store::Store;
use crate::{Commit, CommitId, Committed, StreamCommitted, Version};

/// What a store acknowledged, to be held against what it stores: no more, no less, and nothing
/// by half.
pub(super) struct Ledger {
    law: &'static str,
    acknowledged: Vec<(Commit, Committed)>,
    uncertain: Vec<Commit>,
}

impl Ledger {
    pub(super) const fn new(law: &'static str) -> Self {
        Self {
            law,
            acknowledged: Vec::new(),
            uncertain: Vec::new(),
        }
    }

    /// The store said that it stored this commit.
    pub(super) fn acknowledged(&mut self, commit: Commit, answer: Committed) {
        self.acknowledged.push((commit, answer));
    }

    /// Nobody heard whether the store stored this commit.
    pub(super) fn uncertain(&mut self, commit: Commit) {
        self.uncertain.push(commit);
    }

    /// Reads the log and compares; returns it.
    pub(super) async fn check(&self, store: &impl Store) -> Vec<Stored> {
        let log = read_log(self.law, store).await;
        self.check_log(&log);
        log
    }

    #[track_caller]
    pub(super) fn check_log(&self, log: &[Stored]) {
        let law = self.law;
        check_order(law, log);
        let stored = commits(law, log);
        let mut known = HashSet::new();
        for (commit, answer) in &self.acknowledged {
            let id = commit.id();
            if commit.is_empty() {
                assert_eq!(
                    *answer,
                    Committed::nothing(id),
                    "{law}: nothing is stored of nothing"
                );
                continue;
            }
            let Some(events) = stored.get(&id) else {
                panic!("{law}: commit {id} was acknowledged and is not in the log");
            };
            check_content(law, commit, events);
            check_answer(law, commit, answer, events);
            known.insert(id);
        }
        for commit in &self.uncertain {
            if let Some(events) = stored.get(&commit.id()) {
                check_content(law, commit, events);
                known.insert(commit.id());
            }
        }
        for id in stored.keys() {
            assert!(
                known.contains(id),
                "{law}: commit {id} is in the log, and no append said so"
            );
        }
    }
}

/// Positions strictly increase, and each stream's versions are 1, 2, 3, and so on.
#[track_caller]
pub(super) fn check_order(law: &str, log: &[Stored]) {
    for pair in log.windows(2) {
        let [before, after] = pair else { continue };
        assert!(
            before.position < after.position,
            "{law}: position {} is read after position {}",
            after.position,
            before.position
        );
    }
    let mut heads = HashMap::new();
    for event in log {
        let head = heads.entry(event.stream.as_str()).or_insert(Version::NONE);
        assert_eq!(
            event.version,
            head.next(),
            "{law}: the version at position {} of stream {}",
            event.position,
            event.stream
        );
        *head = event.version;
    }
}

/// The commits in the log, each an unbroken row of events with ordinals from 0.
#[track_caller]
pub(super) fn commits<'l>(law: &str, log: &'l [Stored]) -> HashMap<CommitId, &'l [Stored]> {
    let mut commits = HashMap::new();
    for events in log.chunk_by(|_, next| next.ordinal != 0) {
        let [first, ..] = events else { continue };
        for (event, ordinal) in events.iter().zip(0..) {
            assert_eq!(
                event.ordinal, ordinal,
                "{law}: the ordinal at position {}: a commit is stored by half, or another is \
                 inside it",
                event.position
            );
        }
        let earlier = commits.insert(CommitId::new(first.id), events);
        assert!(
            earlier.is_none(),
            "{law}: commit {} is stored twice",
            first.id
        );
    }
    commits
}

/// The events of a commit are what was appended.
#[track_caller]
pub(super) fn check_content(law: &str, commit: &Commit, events: &[Stored]) {
    let id = commit.id();
    assert_eq!(
        events.len(),
        commit.len(),
        "{law}: how many events of commit {id} are stored"
    );
    let mut stored = events.iter();
    for (append, new) in commit.appends() {
        for (new, stored) in new.zip(stored.by_ref()) {
            let at = stored.position;
            assert_eq!(
                stored.stream,
                append.stream.as_str(),
                "{law}: the stream at {at}"
            );
            assert_eq!(Some(stored.id), new.id, "{law}: the id at {at}");
            assert_eq!(
                stored.event_type,
                new.event_type.as_str(),
                "{law}: the type at {at}"
            );
            assert_eq!(
                stored.schema_version, new.schema_version,
                "{law}: the schema version at {at}"
            );
            assert_eq!(
                stored.occurred_at, new.occurred_at,
                "{law}: occurred_at at {at}"
            );
            assert!(
                stored.data == new.data,
                "{law}: the payload at {at} is not what was written"
            );
            assert!(
                stored.metadata == new.metadata,
                "{law}: the metadata at {at} is not what was written"
            );
        }
    }
}

/// The answer says where the events are.
#[track_caller]
fn check_answer(law: &str, commit: &Commit, answer: &Committed, events: &[Stored]) {
    let id = commit.id();
    assert_eq!(
        answer.id, id,
        "{law}: the answer to commit {id} is for another"
    );
    let ([first, ..], [.., last]) = (events, events) else {
        panic!("{law}: commit {id} has no events");
    };
    assert_eq!(
        (answer.first, answer.last),
        (first.position, last.position),
        "{law}: the positions of commit {id}"
    );
    for event in events {
        assert_eq!(
            event.recorded_at, answer.recorded_at,
            "{law}: recorded_at of commit {id}"
        );
    }
    let turns = commit
        .appends()
        .map(|(append, new)| (append.stream.as_str(), new.len()));
    let turns: Vec<_> = turns.collect();
    assert_eq!(
        answer.streams.len(),
        turns.len(),
        "{law}: the turns of commit {id}"
    );
    let mut rest = events;
    for ((stream, count), told) in turns.into_iter().zip(&answer.streams) {
        let StreamCommitted {
            stream: name,
            first,
            last,
            ..
        } = told;
        assert_eq!(name.as_str(), stream, "{law}: the streams of commit {id}");
        let (turn, others) = rest.split_at(count);
        rest = others;
        if let ([stored_first, ..], [.., stored_last]) = (turn, turn) {
            assert_eq!(
                (*first, *last),
                (stored_first.version, stored_last.version),
                "{law}: the versions of commit {id} in {stream}"
            );
        }
    }
}
