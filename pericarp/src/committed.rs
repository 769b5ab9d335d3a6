use crate::{CommitId, Position, StreamName, Timestamp, Version};

/// Where the events of a commit were stored. Two appends of one commit give equal answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The commit.
    pub id: CommitId,
    /// The position of its first event; `Position::START` if it had none.
    pub first: Position,
    /// The position of its last event; `Position::START` if it had none.
    pub last: Position,
    /// When the store committed it; `Timestamp::EPOCH` if it had no event.
    pub recorded_at: Timestamp,
    /// For each turn to a stream, in order, the versions its events got.
    pub streams: Vec<StreamCommitted>,
}

/// The versions that one turn of a commit to a stream got.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamCommitted {
    /// The stream.
    pub stream: StreamName,
    /// The version of its first new event.
    pub first: Version,
    /// The version of its last new event; before `first` if the turn had no event.
    pub last: Version,
}

impl Committed {
    /// The answer to a commit without events.
    pub const fn nothing(id: CommitId) -> Self {
        Self::new(id, Position::START, Position::START, Timestamp::EPOCH)
    }

    /// An answer, for stores; `streams` is still to be filled.
    pub const fn new(
        id: CommitId,
        first: Position,
        last: Position,
        recorded_at: Timestamp,
    ) -> Self {
        Self {
            id,
            first,
            last,
            recorded_at,
            streams: Vec::new(),
        }
    }

    /// Whether the commit had no events.
    pub fn is_empty(&self) -> bool {
        self.last == Position::START
    }
}

impl StreamCommitted {
    /// The versions after `before` that `count` events got.
    pub fn after(stream: StreamName, before: Version, count: usize) -> Self {
        Self {
            stream,
            first: before.next(),
            last: before.plus(count as u64),
        }
    }
}
