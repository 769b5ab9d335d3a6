use serde::de::IgnoredAny;

use crate::names::InvalidName;
use crate::{EventType, Page, Position, RecordedEvent, StreamName, Version};

/// Events that another log recorded, on their way into a store: valid each, whole commits, in the
/// order of their positions.
///
/// It is an arena as [`Page`] is: clearing keeps the memory.
///
/// ```
/// use pericarp::store::Batch;
///
/// let batch = Batch::new();
/// assert!(batch.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    page: Page,
    /// Where its last commit begins.
    last_commit: usize,
}

impl Batch {
    /// The last position that can be taken over. Behind it, every log has room for as many again.
    pub const LAST_POSITION: Position = Position::new((1 << 61) - 1);

    /// The most bytes of text that it holds: 1 GiB. One commit of more cannot be taken over.
    pub const MAX_BYTES: usize = 1 << 30;

    /// An empty batch.
    pub const fn new() -> Self {
        Self {
            page: Page::new(),
            last_commit: 0,
        }
    }

    /// Copies an event in, behind the others.
    ///
    /// The events of a commit come together, from ordinal 0. Only whoever fills the batch knows
    /// whether the last commit is whole: a batch that is handed to a store must end with one.
    ///
    /// # Errors
    /// [`InvalidRecord`] if no store could have recorded it, or not behind the last one; the batch
    /// is as it was.
    pub fn push(&mut self, event: &RecordedEvent<'_>) -> Result<(), InvalidRecord> {
        self.check(event)?;
        self.check_place(event)?;
        if event.ordinal == 0 {
            self.last_commit = self.page.len();
        }
        self.page.push_beyond_limit(event);
        Ok(())
    }

    /// The events, in order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = RecordedEvent<'_>> + ExactSizeIterator {
        self.page.events()
    }

    /// The event at `index`.
    pub fn get(&self, index: usize) -> Option<RecordedEvent<'_>> {
        self.page.get(index)
    }

    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.page.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.page.is_empty()
    }

    /// How many bytes of text it holds.
    pub const fn bytes(&self) -> usize {
        self.page.bytes()
    }

    /// Forgets the events and keeps the memory.
    pub fn clear(&mut self) {
        self.page.clear();
        self.last_commit = 0;
    }

    /// Forgets the events of the last commit, which is not known to be whole.
    pub fn drop_last_commit(&mut self) {
        self.page.truncate(self.last_commit);
    }

    fn check(&self, event: &RecordedEvent<'_>) -> Result<(), InvalidRecord> {
        StreamName::check(event.stream)?;
        EventType::check(event.event_type)?;
        if event.schema_version == 0 {
            return Err(InvalidRecord::SchemaVersion);
        }
        if event.version == Version::NONE {
            return Err(InvalidRecord::Version);
        }
        if event.position == Position::START || event.position > Self::LAST_POSITION {
            return Err(InvalidRecord::Position);
        }
        let bytes = event.data.len() + event.metadata.len() + event.stream.len();
        if self.page.bytes() + bytes + event.event_type.len() > Self::MAX_BYTES {
            return Err(InvalidRecord::TooLarge);
        }
        is_json(event.data).map_err(|source| InvalidRecord::Payload { source })?;
        is_json(event.metadata).map_err(|source| InvalidRecord::Metadata { source })?;
        if !event.metadata.trim_start().starts_with('{') {
            return Err(InvalidRecord::NoObject);
        }
        Ok(())
    }

    fn check_place(&self, event: &RecordedEvent<'_>) -> Result<(), InvalidRecord> {
        let last = self.page.last();
        let next = last.map_or(0, |last| last.ordinal.saturating_add(1));
        if event.ordinal != 0 && event.ordinal != next {
            let ordinal = event.ordinal;
            return Err(InvalidRecord::Ordinal { ordinal, next });
        }
        match last {
            Some(last) if last.position >= event.position => Err(InvalidRecord::Order {
                position: event.position,
                last: last.position,
            }),
            _ => Ok(()),
        }
    }
}

/// Looks at the text alone: a `Value` could not hold every number and depth that JSON can.
fn is_json(text: &str) -> serde_json::Result<()> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| ())
}

/// What no store can have recorded as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRecord {
    /// Its stream or its type has a name that cannot be stored.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// Its payload is not JSON.
    #[error("the payload is not JSON")]
    Payload {
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// Its metadata is not JSON.
    #[error("the metadata is not JSON")]
    Metadata {
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// Its metadata is JSON, but not an object.
    #[error("the metadata is not a JSON object")]
    NoObject,
    /// Schema versions start from 1.
    #[error("the schema version is 0; schema versions start from 1")]
    SchemaVersion,
    /// Versions start from 1.
    #[error("the version is 0; versions start from 1")]
    Version,
    /// Positions start from 1, and end at [`Batch::LAST_POSITION`].
    #[error("the position is not from 1 to {}", Batch::LAST_POSITION)]
    Position,
    /// It is not behind the event before it.
    #[error("position {position} is not after position {last}, which comes before it")]
    Order {
        /// Its position.
        position: Position,
        /// The position of the event before it.
        last: Position,
    },
    /// It is not the next event of its commit.
    #[error("ordinal {ordinal} is neither 0 nor {next}: events of its commit are missing")]
    Ordinal {
        /// Its place in its commit.
        ordinal: u32,
        /// The place that comes next.
        next: u32,
    },
    /// Its commit is too large.
    #[error("its commit has more than {} bytes", Batch::MAX_BYTES)]
    TooLarge,
}
