use std::collections::HashMap;

use super::Conflict;
use crate::{Commit, Committed, Page, StreamCommitted, StreamName, Version};

/// Where the events of a commit go: the verdict on every turn of it, before anything is written.
///
/// For store authors: every store decides the same way, whatever it keeps its streams in.
#[derive(Debug)]
pub struct CommitPlan<T> {
    /// For each turn, the versions its events get.
    pub streams: Vec<StreamCommitted>,
    /// For each turn, what the store's lookup said of the stream.
    pub targets: Vec<T>,
}

impl<T: Clone> CommitPlan<T> {
    /// Checks every turn of `commit`, asking `lookup` for each stream's version and whatever the
    /// store calls the stream by. A stream is looked up once, however often the commit turns
    /// to it.
    ///
    /// # Errors
    /// The first [`Conflict`], or what `lookup` says.
    pub fn new<E: From<Conflict>>(
        commit: &Commit,
        mut lookup: impl FnMut(&StreamName) -> Result<(Version, T), E>,
    ) -> Result<Self, E> {
        let turns = commit.appends().size_hint().1.unwrap_or_default();
        let mut plan = Self {
            streams: Vec::with_capacity(turns),
            targets: Vec::with_capacity(turns),
        };
        // The last turn to each stream; a commit of one turn needs no map.
        let mut turned: HashMap<&StreamName, usize> = HashMap::new();
        for (turn, (append, events)) in commit.appends().enumerate() {
            let (actual, target) = match turned.get(&append.stream) {
                Some(&earlier) => (plan.streams[earlier].last, plan.targets[earlier].clone()),
                None => lookup(&append.stream)?,
            };
            if !append.expected.accepts(actual) {
                return Err(Conflict::new(append.stream.clone(), append.expected, actual).into());
            }
            let stream = append.stream.clone();
            let versions = StreamCommitted::after(stream, actual, events.len());
            plan.streams.push(versions);
            plan.targets.push(target);
            if turns > 1 {
                turned.insert(&append.stream, turn);
            }
        }
        Ok(plan)
    }
}

/// Whether `commit` is the one that is stored in `page`: the same streams, types, schema versions
/// and payload bytes, in the same order. Then this is the answer it got.
///
/// Times, metadata and expectations are not compared: a retry may carry a new time and trace.
pub fn is_replay_of(commit: &Commit, page: &Page) -> Option<Committed> {
    let (first, last) = (page.first()?, page.last()?);
    if page.len() != commit.len() || first.id != commit.id().get() {
        return None;
    }
    let mut answer =
        Committed::new(commit.id(), first.position, last.position, first.recorded_at);
    let mut stored = page.events();
    for (append, events) in commit.appends() {
        let count = events.len();
        let mut before = None;
        for event in events {
            let record = stored.next()?;
            let same = record.stream == append.stream.as_str()
                && record.event_type == event.event_type.as_str()
                && record.schema_version == event.schema_version
                && record.data == event.data;
            if !same {
                return None;
            }
            before.get_or_insert(record.version.previous());
        }
        // A turn without events was a check; where the stream stood then is not stored.
        let before = before.unwrap_or(Version::NONE);
        answer
            .streams
            .push(StreamCommitted::after(append.stream.clone(), before, count));
    }
    Some(answer)
}
