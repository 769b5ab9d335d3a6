use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::{Batch, Positions, Reason, Refused};
use crate::{Position, RecordedEvent, Timestamp, Version};

/// What is to be stored of a batch, and where: the verdict on every event of it, before anything
/// is written.
///
/// For store authors: every store decides the same way, whatever it keeps its events in.
#[derive(Debug)]
pub struct BulkPlan<'b, T> {
    /// The events that the log does not hold yet, in order.
    pub rows: Vec<Planned<'b>>,
    /// The streams they go to, each once, in the order in which they come up.
    pub streams: Vec<PlannedStream<'b, T>>,
    /// How many events the log holds already.
    pub skipped: u64,
    /// How many rows have a later `recorded_at` than their event.
    pub raised: u64,
}

/// An event that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'b> {
    /// The event, with the position and the `recorded_at` that it is stored with.
    pub event: RecordedEvent<'b>,
    /// Its stream, as a place in [`BulkPlan::streams`].
    pub stream: usize,
}

/// A stream that gets events.
#[derive(Clone, Copy, Debug)]
pub struct PlannedStream<'b, T> {
    /// Its name.
    pub name: &'b str,
    /// The version it has once the rows are stored.
    pub version: Version,
    /// What the store's lookup said of it.
    pub target: T,
}

/// Where the log ends, as it is under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The position of its last event.
    pub position: Position,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}

impl LogEnd {
    /// The end of a log without events.
    pub const EMPTY: Self = Self {
        position: Position::START,
        recorded_at: Timestamp::from_micros(i64::MIN),
    };
}

/// What the log holds under the id of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// The same event.
    Same,
    /// The same event, recorded at another position or time, where these are to be kept.
    Elsewhere,
    /// Another event.
    Other,
}

impl Found {
    /// Compares an event with the one that is stored under its id. Where the log records an event
    /// is its own affair if positions are not kept.
    pub fn compare(
        stored: &RecordedEvent<'_>,
        event: &RecordedEvent<'_>,
        positions: Positions,
    ) -> Self {
        let recorded_there = RecordedEvent {
            position: stored.position,
            recorded_at: stored.recorded_at,
            ..*event
        };
        if *stored != recorded_there {
            Self::Other
        } else if positions == Positions::Keep && recorded_there != *event {
            Self::Elsewhere
        } else {
            Self::Same
        }
    }
}

impl<'b, T> BulkPlan<'b, T> {
    /// Judges a batch against a log that ends at `end`.
    ///
    /// `stored` says what the log holds under an event's id, by [`Found::compare`]; `lookup`
    /// gives a stream's version and whatever the store calls the stream by, and is asked once
    /// for each stream that gets events. Both must answer under the lock that appends take.
    ///
    /// # Errors
    /// The first [`Refused`], or what `stored` or `lookup` say.
    pub fn new<E: From<Refused>>(
        batch: &'b Batch,
        positions: Positions,
        end: LogEnd,
        mut stored: impl FnMut(&RecordedEvent<'b>) -> Result<Found, E>,
        mut lookup: impl FnMut(&'b str) -> Result<(Version, T), E>,
    ) -> Result<Self, E> {
        let mut plan = Self {
            rows: Vec::with_capacity(batch.len()),
            streams: Vec::new(),
            skipped: 0,
            raised: 0,
        };
        let mut end = end;
        let mut new_ids = HashSet::with_capacity(batch.len());
        let mut places: HashMap<&'b str, usize> = HashMap::new();
        let mut commit_is_known = false;
        for (index, event) in batch.events().enumerate() {
            let refuse = |reason| E::from(Refused::new(index, &event, reason));
            let is_known = match stored(&event)? {
                Found::Nothing => false,
                Found::Same => true,
                Found::Elsewhere => {
                    return Err(refuse(Reason::RecordedElsewhere));
                }
                Found::Other => return Err(refuse(Reason::OtherContent)),
            };
            if event.ordinal == 0 {
                commit_is_known = is_known;
            } else if commit_is_known != is_known {
                return Err(refuse(Reason::OtherCommit));
            }
            if is_known {
                plan.skipped += 1;
                continue;
            }
            if !new_ids.insert(event.id) {
                return Err(refuse(Reason::RepeatedId));
            }
            let next = place(&event, positions, end).map_err(refuse)?;
            let stream = match places.entry(event.stream) {
                Entry::Occupied(place) => *place.get(),
                Entry::Vacant(place) => {
                    let (version, target) = lookup(event.stream)?;
                    plan.streams.push(PlannedStream {
                        name: event.stream,
                        version,
                        target,
                    });
                    *place.insert(plan.streams.len() - 1)
                }
            };
            let version = &mut plan.streams[stream].version;
            let actual = *version;
            if event.version <= actual {
                return Err(refuse(Reason::VersionTaken { actual }));
            }
            if event.version != actual.next() {
                return Err(refuse(Reason::VersionMissing { actual }));
            }
            *version = event.version;
            plan.raised += u64::from(next.recorded_at != event.recorded_at);
            end = next;
            let event = RecordedEvent {
                position: next.position,
                recorded_at: next.recorded_at,
                ..event
            };
            plan.rows.push(Planned { event, stream });
        }
        Ok(plan)
    }
}

/// Where and when an event is recorded behind `end`.
fn place(event: &RecordedEvent<'_>, positions: Positions, end: LogEnd) -> Result<LogEnd, Reason> {
    match positions {
        Positions::Renumber => Ok(LogEnd {
            position: end.position.next(),
            recorded_at: event.recorded_at.max(end.recorded_at),
        }),
        Positions::Keep if event.position <= end.position => {
            Err(Reason::PositionTaken { end: end.position })
        }
        Positions::Keep if event.recorded_at < end.recorded_at => Err(Reason::RecordedEarlier {
            recorded_at: event.recorded_at,
            newest: end.recorded_at,
        }),
        Positions::Keep => Ok(LogEnd {
            position: event.position,
            recorded_at: event.recorded_at,
        }),
    }
}
