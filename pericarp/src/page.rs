use std::ops::Range;

use uuid::Uuid;

use crate::envelope::Envelopes;
use crate::{DecodeError, DecodeEvent, Envelope, Position, RecordedEvent, Timestamp, Version};

/// A reusable arena of stored events: a store fills it, a reader views it.
///
/// All text lies in one buffer, and [`RecordedEvent`]s borrow from it. Clearing keeps the
/// memory, so a reader that passes the same page again and again allocates nothing.
///
/// ```
/// use pericarp::Page;
///
/// let mut page = Page::new();
/// assert!(page.is_empty());
/// assert_eq!(page.events().count(), 0);
/// page.clear();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Page {
    text: String,
    rows: Vec<Row>,
    has_more: bool,
}

/// What an event is expected to take in a page: a payload of some 200 bytes.
const COMMON_BYTES: usize = 256;

#[derive(Clone, Debug)]
struct Row {
    id: Uuid,
    position: Position,
    version: Version,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    schema_version: u32,
    ordinal: u32,
    event_type: Span,
    stream: Span,
    metadata: Span,
    data: Span,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

impl Page {
    /// A page takes no further event once it holds this many bytes of text, so that large
    /// payloads do not make large pages: 4 MiB.
    pub const SOFT_LIMIT: usize = 4 << 20;

    /// An empty page.
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            rows: Vec::new(),
            has_more: false,
        }
    }

    /// The events, in the order they were read.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = RecordedEvent<'_>> + ExactSizeIterator {
        self.rows.iter().map(|row| self.view(row))
    }

    /// The events, decoded to `E`. One stored event is one item, unless it is dropped or split.
    ///
    /// An item fails with [`DecodeError`] if the event's type is none of `E`'s, or its payload
    /// is not what the type says.
    pub fn decode<'p, E: DecodeEvent<'p>>(
        &'p self,
    ) -> impl Iterator<Item = Result<Envelope<'p, E>, DecodeError>> {
        Envelopes::new(self.events())
    }

    /// The event at `index`.
    pub fn get(&self, index: usize) -> Option<RecordedEvent<'_>> {
        self.rows.get(index).map(|row| self.view(row))
    }

    /// The first event.
    pub fn first(&self) -> Option<RecordedEvent<'_>> {
        self.get(0)
    }

    /// The last event.
    pub fn last(&self) -> Option<RecordedEvent<'_>> {
        self.rows.last().map(|row| self.view(row))
    }

    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many bytes of text it can hold before it has to grow.
    pub fn capacity(&self) -> usize {
        self.text.capacity()
    }

    /// How many bytes of text it holds.
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the store had further events for the same read.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Makes room for `events` events of common size, for stores that know how many may come.
    pub fn reserve(&mut self, events: usize) {
        self.rows.reserve(events);
        self.text
            .reserve((events * COMMON_BYTES).min(Self::SOFT_LIMIT));
    }

    /// Forgets the events and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
        self.has_more = false;
    }

    /// Forgets the events from `len` on; their text stays until the page is cleared.
    #[cfg(feature = "store")]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.rows.truncate(len);
    }

    /// Copies an event in, for stores. Text equal to the previous event's is stored once.
    ///
    /// Returns `false`, and takes nothing, once the page is [full](Page::SOFT_LIMIT); a page
    /// always takes its first event.
    pub fn push(&mut self, event: &RecordedEvent<'_>) -> bool {
        if !self.rows.is_empty() && self.text.len() + event.data.len() > Self::SOFT_LIMIT {
            return false;
        }
        self.push_beyond_limit(event);
        true
    }

    /// Copies an event in even if the page is full, for reads that are bounded otherwise, such
    /// as one commit.
    pub fn push_beyond_limit(&mut self, event: &RecordedEvent<'_>) {
        let last = self
            .rows
            .last()
            .map(|r| (r.event_type, r.stream, r.metadata));
        let row = Row {
            id: event.id,
            position: event.position,
            version: event.version,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            schema_version: event.schema_version,
            ordinal: event.ordinal,
            event_type: self.intern(last.map(|l| l.0), event.event_type),
            stream: self.intern(last.map(|l| l.1), event.stream),
            metadata: self.intern(last.map(|l| l.2), event.metadata),
            data: self.store(event.data),
        };
        self.rows.push(row);
    }

    /// Says whether the read that filled it has further events, for stores.
    pub fn set_has_more(&mut self, has_more: bool) {
        self.has_more = has_more;
    }

    fn intern(&mut self, previous: Option<Span>, text: &str) -> Span {
        match previous {
            Some(span) if &self.text[span.range()] == text => span,
            _ => self.store(text),
        }
    }

    fn store(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span {
            start,
            end: self.text.len() as u32,
        }
    }

    fn view(&self, row: &Row) -> RecordedEvent<'_> {
        RecordedEvent {
            id: row.id,
            event_type: &self.text[row.event_type.range()],
            schema_version: row.schema_version,
            stream: &self.text[row.stream.range()],
            version: row.version,
            position: row.position,
            ordinal: row.ordinal,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            data: &self.text[row.data.range()],
            metadata: &self.text[row.metadata.range()],
        }
    }
}

impl Span {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}
