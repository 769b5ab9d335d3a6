use std::collections::HashMap;

use super::rows::Rows;
use crate::store::CommitPlan;
use crate::{Commit, Committed, Position, StreamName, Timestamp, Version};

/// The log as the writer left it.
///
/// As long as the log ends where it left it, nobody else has appended, and what it knows of
/// streams is true: it decides by itself, and the server has rows to store and nothing to look up.
#[derive(Debug, Default)]
pub(super) struct Known {
    end: Option<End>,
    /// Whether somebody else has appended since, when it was last looked at.
    shared: bool,
    streams: HashMap<StreamName, Stream>,
}

/// Where a log ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) position: Position,
    pub(super) recorded_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    id: i64,
    version: Version,
}

/// How many streams are remembered; with one more, all are forgotten. One takes about 100 bytes.
const MOST_STREAMS: usize = 100_000;

impl Known {
    /// The rows of those commits that are accepted if the log is as it was left. `None` if that
    /// is unlikely, or a stream is not known. The rest has to be decided by the server, since only
    /// it can tell a conflict from a commit that is stored already.
    ///
    /// What is known afterwards holds once the rows are stored.
    pub(super) fn rows<'c>(&mut self, commits: &[&'c Commit], now: Timestamp) -> Option<Rows<'c>> {
        let end = self.end.filter(|_| !self.shared)?;
        let streams = commits.iter().flat_map(|commit| commit.appends());
        if { streams }.any(|(append, _)| !self.streams.contains_key(&append.stream)) {
            return None;
        }
        let mut rows = Rows::after(end, now);
        for commit in commits {
            let plan = CommitPlan::new(commit, |stream| self.look_up(stream));
            rows.push(commit, plan.ok().filter(|_| !commit.is_empty()));
            if let Some(committed) = rows.answers.last().and_then(Option::as_ref) {
                for turn in &committed.streams {
                    if let Some(stream) = self.streams.get_mut(&turn.stream) {
                        stream.version = turn.last;
                    }
                }
            }
        }
        (!rows.is_empty()).then(|| {
            self.end = Some(rows.end);
            rows
        })
    }

    fn look_up(&self, stream: &StreamName) -> Result<(Version, i64), NotAccepted> {
        let Stream { id, version } = self.streams.get(stream).ok_or(NotAccepted)?;
        Ok((*version, *id))
    }

    /// Somebody else has appended.
    pub(super) fn miss(&mut self) {
        self.shared = true;
        self.streams.clear();
    }

    /// Nobody knows what the log is like.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What the server said of a log that ended at `before` when it appended, and ends at `end` now.
    pub(super) fn learn(&mut self, before: Position, end: End) {
        let as_left = self.end.map(|left| left.position == before);
        self.shared = as_left == Some(false);
        if as_left != Some(true) {
            self.streams.clear();
        }
        self.end = Some(end);
    }

    /// A commit is stored, in streams with these ids.
    pub(super) fn stored(&mut self, committed: &Committed, ids: &[Option<i64>]) {
        for (turn, id) in committed.streams.iter().zip(ids) {
            if let Some(id) = *id {
                if self.streams.len() >= MOST_STREAMS {
                    self.streams.clear();
                }
                let version = turn.last;
                let stream = Stream { id, version };
                self.streams.insert(turn.stream.clone(), stream);
            }
        }
    }
}

/// A commit that conflicts, as far as is known.
#[derive(Debug)]
struct NotAccepted;

impl From<crate::store::Conflict> for NotAccepted {
    fn from(_: crate::store::Conflict) -> Self {
        Self
    }
}
