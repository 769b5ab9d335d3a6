use crate::folding::Folding;
use crate::{
    Aggregate, DecodeError, DecodeEvent, FoldError, Reading, RecordedEvent, Unread, Version,
};

/// What to do about a stored event that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Stop with an error that names it.
    #[default]
    Stop,
    /// Pass it over, and [count](crate::Root::skipped) it.
    Skip,
}

/// A stream that cannot be folded into the aggregate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// An event could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An event did not fit the state.
    #[error("fold event {event_type} at {stream} version {version}")]
    Fold {
        /// The event's stored name.
        event_type: String,
        /// Its stream.
        stream: String,
        /// Its place in the stream.
        version: Version,
        /// How it did not fit.
        source: FoldError,
    },
    /// The stream has events, all of which were passed over, so that nothing created the
    /// aggregate.
    #[error(
        "{category} {id} has {version} events, and none that creates it: all of them were passed over"
    )]
    NothingLeft {
        /// The category of the aggregate.
        category: &'static str,
        /// Its id.
        id: String,
        /// The version of its stream.
        version: Version,
    },
}

impl ReplayError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Fold { .. } => "aggregate.fold",
            Self::NothingLeft { .. } => "aggregate.nothing_left",
        }
    }
}

/// Decodes a stored event and folds it into `state`: all parts of it, if it is split, in the
/// order in which the aggregate lists them. Says why, if it was passed over.
///
/// # Errors
/// [`ReplayError`] if the event cannot be decoded or does not fit. Then `state` is as it was,
/// except that parts of a split event may have been folded.
#[inline]
pub fn replay<A: Aggregate>(
    state: &mut Option<A>,
    record: &RecordedEvent<'_>,
) -> Result<Option<Unread>, ReplayError> {
    let meta = record.meta();
    let mut fault = None;
    let reading = A::Event::decode_each(record, |event| {
        if fault.is_none() {
            let into = Folding { state, meta: &meta };
            fault = A::fold(event, into).err();
        }
    })?;
    if let Some(source) = fault {
        return Err(fold_error(record, source));
    }
    match reading {
        Reading::Whole | Reading::Part => Ok(None),
        _ => unread(state, record, reading),
    }
}

/// What comes of an event that the aggregate's events do not read.
#[cold]
fn unread<A: Aggregate>(
    state: &mut Option<A>,
    record: &RecordedEvent<'_>,
    reading: Reading,
) -> Result<Option<Unread>, ReplayError> {
    let (reason, policy) = match reading {
        Reading::Dropped => return Ok(Some(Unread::Dropped)),
        _ if A::DROPPED.contains(&record.event_type) => return Ok(Some(Unread::Dropped)),
        Reading::Newer { .. } => (Unread::Newer, A::NEWER),
        _ => (Unread::Unknown, A::UNKNOWN),
    };
    if let Some(kept) = A::Event::keep(record, reason) {
        let into = Folding {
            state,
            meta: &record.meta(),
        };
        return match A::fold(kept, into) {
            Ok(()) => Ok(None),
            Err(source) => Err(fold_error(record, source)),
        };
    }
    match (policy, reading) {
        (Policy::Skip, _) => Ok(Some(reason)),
        (Policy::Stop, Reading::Newer { oldest, newest }) => {
            Err(DecodeError::unknown_version(record, oldest, newest).into())
        }
        (Policy::Stop, _) => Err(DecodeError::unknown_type(record).into()),
    }
}

#[cold]
fn fold_error(record: &RecordedEvent<'_>, source: FoldError) -> ReplayError {
    ReplayError::Fold {
        event_type: record.event_type.into(),
        stream: record.stream.into(),
        version: record.version,
        source,
    }
}
