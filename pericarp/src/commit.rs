use std::fmt;
use std::ops::Range;

use serde::de::{Error as _, IgnoredAny};
use uuid::Uuid;

use crate::{
    Aggregate, Context, EncodeError, Event, EventKind, EventType, InvalidName, Position, Root,
    StreamName, Timestamp, Version,
};

/// The id of a commit, which is the id of its first event.
///
/// Appending a commit whose id is already in the log returns the first answer and stores
/// nothing, so a commit can be retried after an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(Uuid);

impl CommitId {
    /// Takes an id, such as the idempotency key of a request.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id.
    pub const fn get(self) -> Uuid {
        self.0
    }

    /// The id of the commit's event at `ordinal`, unless the event brings its own.
    ///
    /// The first is the commit's; the others differ from it in their lower 62 bits, so that
    /// they stay beside it in an index ordered by id.
    ///
    /// ```
    /// use pericarp::{CommitId, Ids, RandomIds};
    ///
    /// let commit = CommitId::new(RandomIds.next());
    /// assert_eq!(commit.event_id(0), commit.get());
    /// assert_ne!(commit.event_id(1), commit.get());
    /// ```
    pub fn event_id(self, ordinal: u32) -> Uuid {
        if ordinal == 0 {
            return self.0;
        }
        let (high, low) = self.0.as_u64_pair();
        let variant = low & (0b11 << 62);
        let mixed = mix(low.wrapping_add(mix(high ^ u64::from(ordinal))));
        Uuid::from_u64_pair(high, variant | (mixed >> 2))
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, OOPSLA 2014): every input bit changes half of the output bits.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Uuid> for CommitId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// What must be true of a stream for an append to it to be accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: append whatever the stream holds.
    #[default]
    Any,
    /// It has no event.
    NoStream,
    /// It has an event.
    Exists,
    /// Its last event has this version; `Version::NONE` is the same as `NoStream`.
    Version(Version),
}

impl Expected {
    /// Whether a stream at `actual` (`Version::NONE` if it has no event) is as expected.
    ///
    /// ```
    /// use pericarp::{Expected, Version};
    ///
    /// assert!(Expected::Exists.accepts(Version::FIRST));
    /// assert!(!Expected::NoStream.accepts(Version::FIRST));
    /// ```
    pub fn accepts(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual == Version::NONE,
            Self::Exists => actual != Version::NONE,
            Self::Version(version) => actual == version,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::NoStream => f.write_str("no stream"),
            Self::Exists => f.write_str("an existing stream"),
            Self::Version(version) => write!(f, "version {version}"),
        }
    }
}

/// One atomic append over one or more streams: it lands whole or not at all.
///
/// ```
/// use pericarp::{Commit, CommitId, Context, Event, Expected, Ids, RandomIds, StreamName};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.opened")]
/// struct Opened { owner: String }
///
/// let mut commit = Commit::new(CommitId::new(RandomIds.next()));
/// commit
///     .to(StreamName::new("account", 1)?, Expected::NoStream)
///     .event(&Opened { owner: "Ann".into() }, &Context::default())?;
/// assert_eq!(commit.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Commit {
    id: CommitId,
    text: String,
    events: Vec<Slot>,
    appends: Vec<Append>,
}

/// One stream's part of a [`Commit`].
#[derive(Clone, Debug)]
pub struct Append {
    /// The stream.
    pub stream: StreamName,
    /// What must be true of it.
    pub expected: Expected,
    end: usize,
}

/// An event in a commit: not stored yet, so without version and position.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// Its id; `None` derives it from the commit's.
    pub id: Option<Uuid>,
    /// The stored name of its type.
    pub event_type: &'a EventType,
    /// The version of its type's schema, from 1.
    pub schema_version: u32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The payload, JSON.
    pub data: &'a str,
    /// The metadata, a JSON object.
    pub metadata: &'a str,
}

#[derive(Clone, Debug)]
struct Slot {
    id: Uuid,
    event_type: EventType,
    schema_version: u32,
    occurred_at: Timestamp,
    data: Range<usize>,
    metadata: Range<usize>,
}

impl Commit {
    /// An empty commit, which every store accepts. A commit without events stores nothing; the
    /// checks it holds are made all the same.
    pub const fn new(id: CommitId) -> Self {
        Self {
            id,
            text: String::new(),
            events: Vec::new(),
            appends: Vec::new(),
        }
    }

    /// Turns to a stream: the events that follow go to its end, if it is as `expected`.
    ///
    /// A commit may turn to the same stream more than once; each turn then expects what the
    /// turns before it leave. A turn that gets no event is a check alone.
    pub fn to(&mut self, stream: StreamName, expected: Expected) -> StreamAppend<'_> {
        let end = self.events.len();
        self.appends.push(Append {
            stream,
            expected,
            end,
        });
        StreamAppend { commit: self }
    }

    /// Moves what `root` has emitted so far to the end of the commit, as one turn to its stream.
    ///
    /// Several roots can take turns, so that the log keeps the order in which they emitted. The
    /// root then counts its events as stored: if the append fails, load it again. To keep the
    /// events in the roots until the append succeeds, use `UnitOfWork`.
    ///
    /// # Errors
    /// [`CommitError`] if an event could not be serialised, or the root's id is no valid key of a
    /// stream; commit and root are as they were.
    pub fn record<A: Aggregate>(&mut self, root: &mut Root<A>) -> Result<(), CommitError> {
        self.copy_from(root)?;
        Root::mark_committed(root);
        Ok(())
    }

    /// Copies what `root` has emitted; the root keeps it.
    pub(crate) fn copy_from<A: Aggregate>(&mut self, root: &Root<A>) -> Result<(), CommitError> {
        let pending = Root::pending(root);
        if let Some(fault) = pending.fault() {
            return Err(fault);
        }
        if pending.len() == 0 {
            return Ok(());
        }
        let stream = StreamName::new(A::CATEGORY, Root::id(root))?;
        let expected = Expected::Version(Root::committed_version(root));
        let (turns, events, bytes) = (self.appends.len(), self.events.len(), self.text.len());
        let copied = pending
            .iter()
            .try_fold(self.to(stream, expected), |turn, (event, data)| {
                turn.encoded(event.kind, &event.context, data)
            });
        copied.map(|_| ()).inspect_err(|_| {
            self.appends.truncate(turns);
            self.events.truncate(events);
            self.text.truncate(bytes);
        })
    }

    /// Its id.
    pub const fn id(&self) -> CommitId {
        self.id
    }

    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it holds no event.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The bytes of its payloads and metadata.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Its parts, one per turn to a stream, each with the events that go there.
    pub fn appends(
        &self,
    ) -> impl Iterator<Item = (&Append, impl ExactSizeIterator<Item = NewEvent<'_>>)> {
        let starts = std::iter::once(0).chain(self.appends.iter().map(|append| append.end));
        self.appends.iter().zip(starts).map(|(append, start)| {
            let events = &self.events[start..append.end];
            (append, events.iter().map(|slot| self.view(slot)))
        })
    }

    /// The event at `ordinal`; its id is set.
    pub fn event(&self, ordinal: usize) -> Option<NewEvent<'_>> {
        self.events.get(ordinal).map(|slot| self.view(slot))
    }

    fn view<'a>(&'a self, slot: &'a Slot) -> NewEvent<'a> {
        NewEvent {
            id: Some(slot.id),
            event_type: &slot.event_type,
            schema_version: slot.schema_version,
            occurred_at: slot.occurred_at,
            data: &self.text[slot.data.clone()],
            metadata: &self.text[slot.metadata.clone()],
        }
    }

    fn metadata_span(&mut self, metadata: &str) -> Range<usize> {
        match self.events.last() {
            Some(last) if self.text[last.metadata.clone()] == *metadata => last.metadata.clone(),
            _ => self.push_text(metadata),
        }
    }

    fn push_text(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn push(&mut self, slot: Slot) {
        self.events.push(slot);
        if let Some(append) = self.appends.last_mut() {
            append.end = self.events.len();
        }
    }

    fn next_id(&self) -> Uuid {
        self.id.event_id(self.events.len() as u32)
    }
}

/// The turn of a [`Commit`] to one stream.
#[derive(Debug)]
pub struct StreamAppend<'c> {
    commit: &'c mut Commit,
}

impl StreamAppend<'_> {
    /// Adds a typed event.
    ///
    /// # Errors
    /// [`CommitError::Encode`] if serde cannot serialise it; the commit is as it was.
    pub fn event<E: Event>(self, event: &E, context: &Context) -> Result<Self, CommitError> {
        let mut data = Vec::new();
        event.encode(&mut data)?;
        let kind = event.kind();
        self.encoded(kind, context, &data)
    }

    /// Adds an event whose payload is JSON already, such as one that is imported.
    ///
    /// # Errors
    /// [`CommitError`] if the payload is not JSON, the metadata is not a JSON object, or the
    /// first event brings an id other than the commit's; the commit is as it was.
    pub fn raw(self, event: NewEvent<'_>) -> Result<Self, CommitError> {
        let described = |source| CommitError::Payload {
            event_type: event.event_type.clone(),
            source,
        };
        serde_json::from_str::<IgnoredAny>(event.data).map_err(described)?;
        check_object(event.metadata).map_err(|source| CommitError::Metadata { source })?;
        if event.schema_version == 0 {
            return Err(CommitError::SchemaVersion);
        }
        if let (true, Some(id)) = (self.commit.events.is_empty(), event.id)
            && id != self.commit.id.get()
        {
            return Err(CommitError::FirstEventId {
                commit_id: self.commit.id,
                event_id: id,
            });
        }
        let slot = Slot {
            id: event.id.unwrap_or_else(|| self.commit.next_id()),
            event_type: event.event_type.clone(),
            schema_version: event.schema_version,
            occurred_at: event.occurred_at,
            data: self.commit.push_text(event.data),
            metadata: self.commit.metadata_span(event.metadata),
        };
        self.commit.push(slot);
        Ok(self)
    }

    /// Adds an event whose payload came out of serde_json, so that it needs no second look.
    pub(crate) fn encoded(
        self,
        kind: &EventKind,
        context: &Context,
        data: &[u8],
    ) -> Result<Self, CommitError> {
        let event_type = kind.event_type();
        let Ok(data) = std::str::from_utf8(data) else {
            return Err(CommitError::Utf8 { event_type });
        };
        let slot = Slot {
            id: self.commit.next_id(),
            event_type,
            schema_version: kind.version,
            occurred_at: context.occurred_at(),
            data: self.commit.push_text(data),
            metadata: self.commit.metadata_span(context.metadata_json()),
        };
        self.commit.push(slot);
        Ok(self)
    }
}

/// Looks at the text alone: a `Value` could not hold every number and depth that JSON can.
fn check_object(json: &str) -> serde_json::Result<()> {
    serde_json::from_str::<IgnoredAny>(json)?;
    if json.trim_start().starts_with('{') {
        Ok(())
    } else {
        Err(serde_json::Error::custom("expected an object"))
    }
}

/// An event that cannot go into a commit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// serde could not serialise it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An event that a root emitted could not be serialised, and was not applied either.
    #[error("record emitted event {event_type}: {reason}")]
    Emit {
        /// The event's stored name.
        event_type: EventType,
        /// What serde said.
        reason: String,
    },
    /// A handler emitted events and then refused the command.
    #[error(
        "record emitted events: the handler refused after it had emitted; load the aggregate again"
    )]
    Refused,
    /// The id of the aggregate cannot be the key of a stream.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// Its payload is not JSON.
    #[error("add event {event_type}: its payload is not JSON")]
    Payload {
        /// The event's stored name.
        event_type: EventType,
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// A hand-written `Event::encode` wrote bytes that are not UTF-8.
    #[error("add event {event_type}: its payload is not UTF-8, as JSON must be")]
    Utf8 {
        /// The event's stored name.
        event_type: EventType,
    },
    /// Its metadata is not a JSON object.
    #[error("add event: its metadata is not a JSON object")]
    Metadata {
        /// Where it stops being one.
        source: serde_json::Error,
    },
    /// Schema versions start from 1.
    #[error("add event: its schema version is 0; versions start from 1")]
    SchemaVersion,
    /// The first event of a commit has the id of the commit.
    #[error(
        "add event: the first event of commit {commit_id} cannot have the id {event_id}; give the commit that id"
    )]
    FirstEventId {
        /// The commit.
        commit_id: CommitId,
        /// The id the event brought.
        event_id: Uuid,
    },
}

impl CommitError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Encode(error) => error.code(),
            Self::Emit { .. } => "event.encode",
            Self::Refused => "commit.refused",
            Self::Name(_) => "name.invalid",
            Self::Payload { .. } | Self::Utf8 { .. } => "commit.payload",
            Self::Metadata { .. } => "commit.metadata",
            Self::SchemaVersion => "commit.schema_version",
            Self::FirstEventId { .. } => "commit.first_event_id",
        }
    }
}

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
