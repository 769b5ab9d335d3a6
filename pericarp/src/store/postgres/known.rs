use std::collections::HashMap;

use uuid::Uuid;

use super::rows::Rows;
use crate::store::CommitPlan;
use crate::{Append, Commit, Committed, Position, StreamName, Timestamp, Version};

/// The log as the writer left it.
///
/// As long as the log ends where it left it, nobody else has appended, and what it knows of
/// streams is true: it decides by itself, and the server has rows to store and nothing to look up.
#[derive(Debug, Default)]
pub(super) struct Known {
    end: Option<End>,
    /// Behind this position nobody else has appended; nothing if somebody just did.
    alone_since: Option<Position>,
    streams: HashMap<StreamName, Stream>,
}

/// Where a log ends, and with which event: one that was restored to an earlier state may come to the
/// same position with another.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) position: Position,
    pub(super) id: Uuid,
    pub(super) recorded_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    id: i64,
    /// What it had when the log ended at a position.
    version: Version,
    at: Position,
}

/// What is known of the streams of a batch, as the server takes it.
#[derive(Debug, Default)]
pub(super) struct KnownStreams {
    pub(super) ids: Vec<Option<i64>>,
    pub(super) versions: Vec<Option<i64>>,
    /// All of it held when the log ended here.
    pub(super) at: Option<Position>,
    /// And the log had this event later.
    pub(super) end: Option<End>,
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
        let (end, since) = (self.end?, self.alone_since?);
        let mut streams = commits.iter().flat_map(|commit| commit.appends());
        let known = |(append, _): (&Append, _)| {
            let stream = self.streams.get(&append.stream);
            stream.is_some_and(|stream| stream.at >= since)
        };
        if !streams.all(known) {
            return None;
        }
        let mut rows = Rows::after(end, now);
        for commit in commits {
            let plan = CommitPlan::new(commit, |stream| self.look_up(stream));
            let Some(committed) = rows.push(commit, plan.ok().filter(|_| !commit.is_empty()))
            else {
                continue;
            };
            for turn in &committed.streams {
                if let Some(stream) = self.streams.get_mut(&turn.stream) {
                    (stream.version, stream.at) = (turn.last, committed.last);
                }
            }
        }
        (!rows.is_empty()).then(|| {
            self.end = Some(rows.end);
            rows
        })
    }

    fn look_up(&self, stream: &StreamName) -> Result<(Version, i64), NotAccepted> {
        let Stream { id, version, .. } = self.streams.get(stream).ok_or(NotAccepted)?;
        Ok((*version, *id))
    }

    /// What is known of streams that may have changed since.
    pub(super) fn of(&self, names: &[&str]) -> KnownStreams {
        let streams = names.iter().map(|name| self.streams.get(*name));
        KnownStreams {
            ids: streams.clone().map(|known| Some(known?.id)).collect(),
            versions: streams
                .clone()
                .map(|known| Some(known?.version.get().cast_signed()))
                .collect(),
            at: streams.flatten().map(|known| known.at).min(),
            end: self.end,
        }
    }

    /// Somebody else has appended, or it is not certain that what was to be stored is.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What the server said of a log that ended at `before` when it appended, and ends at `end` now.
    pub(super) fn learn(&mut self, before: End, end: End) {
        let left = self.end.map(|left| (left.position, left.id));
        let as_left = left == Some((before.position, before.id));
        self.alone_since = match self.alone_since {
            since @ Some(_) if as_left => since,
            // From now on, unless the next time tells otherwise.
            _ if as_left => Some(before.position),
            _ => None,
        };
        self.end = Some(end);
    }

    /// A commit is stored, in streams with these ids.
    pub(super) fn stored(&mut self, committed: &Committed, ids: &[Option<i64>]) {
        let Some(End { position: at, .. }) = self.end else {
            return;
        };
        if self.streams.len() + ids.len() > MOST_STREAMS {
            self.streams.clear();
        }
        for (turn, id) in committed.streams.iter().zip(ids) {
            if let Some(id) = *id {
                let version = turn.last;
                let stream = Stream { id, version, at };
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
