use std::collections::HashMap;

use super::Conflict;
use crate::{Commit, Committed, Page, Position, StreamCommitted, StreamName, Version};

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
/// `version_before` says what version a stream had before a position; it is asked for turns
/// without events, which leave nothing in the page.
///
/// Times, metadata and expectations are not compared: a retry may carry a new time and trace.
///
/// # Errors
/// What `version_before` says.
pub fn is_replay_of<E>(
    commit: &Commit,
    page: &Page,
    mut version_before: impl FnMut(&StreamName, Position) -> Result<Version, E>,
) -> Result<Option<Committed>, E> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else {
        return Ok(None);
    };
    if page.len() != commit.len() || first.id != commit.id().get() {
        return Ok(None);
    }
    let mut answer = Committed::new(
        commit.id(),
        first.position,
        last.position,
        first.recorded_at,
    );
    let mut stored = page.events();
    let mut turned: HashMap<&StreamName, Version> = HashMap::new();
    for (append, events) in commit.appends() {
        let count = events.len();
        let mut before = None;
        for (event, record) in events.zip(stored.by_ref()) {
            let same = record.stream == append.stream.as_str()
                && record.event_type == event.event_type.as_str()
                && record.schema_version == event.schema_version
                && record.data == event.data;
            if !same {
                return Ok(None);
            }
            before.get_or_insert(record.version.previous());
        }
        let before = match before {
            Some(before) => before,
            None => match turned.get(&append.stream) {
                Some(&earlier) => earlier,
                None => version_before(&append.stream, first.position)?,
            },
        };
        let turn = StreamCommitted::after(append.stream.clone(), before, count);
        turned.insert(&append.stream, turn.last);
        answer.streams.push(turn);
    }
    Ok(Some(answer))
}
