use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Meta, Metadata, Position, Timestamp, Version};

/// One stored event, viewed where it lies: in a [`Page`](crate::Page), or in a store's row.
///
/// Copying it copies references. `data` and `metadata` are the bytes that were written.
///
/// ```
/// use pericarp::{Page, RecordedEvent};
///
/// fn total_bytes(page: &Page) -> usize {
///     page.events().map(|event: RecordedEvent<'_>| event.data.len()).sum()
/// }
/// # assert_eq!(total_bytes(&Page::new()), 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedEvent<'a> {
    /// The event's own id. The id of the first event of a commit is the id of the commit.
    pub id: Uuid,
    /// The stored name of its type.
    pub event_type: &'a str,
    /// The version of its type's schema, from 1.
    pub schema_version: u32,
    /// The name of its stream, `category-key`.
    pub stream: &'a str,
    /// Its place in that stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
    /// Its place in its commit, from 0.
    pub ordinal: u32,
    /// When it happened, as its emitter said.
    pub occurred_at: Timestamp,
    /// When the store committed it.
    pub recorded_at: Timestamp,
    /// The payload: JSON, byte for byte as it was written.
    pub data: &'a str,
    /// The metadata: a JSON object, byte for byte as it was written.
    pub metadata: &'a str,
}

impl<'a> RecordedEvent<'a> {
    /// The category of its stream.
    pub fn category(&self) -> &'a str {
        self.stream.split_once('-').map_or(self.stream, |(c, _)| c)
    }

    /// The key of its stream within the category.
    pub fn key(&self) -> &'a str {
        self.stream.split_once('-').map_or("", |(_, key)| key)
    }

    /// The payload as a [`RawValue`], for embedding it in other JSON without parsing it.
    ///
    /// The value is checked on every call, which is why the payload is kept as text.
    ///
    /// # Errors
    /// If the payload is not JSON, which a store never accepts.
    pub fn raw_data(&self) -> serde_json::Result<&'a RawValue> {
        serde_json::from_str(self.data)
    }

    /// What an aggregate sees of it while folding.
    pub const fn meta(&self) -> Meta<'a> {
        Meta::new(self.version, self.occurred_at, self.metadata)
    }

    /// The metadata, parsed on demand.
    ///
    /// # Errors
    /// If what was stored is not a [`Metadata`] object.
    pub fn parse_metadata(&self) -> serde_json::Result<Metadata> {
        serde_json::from_str(self.metadata)
    }
}
