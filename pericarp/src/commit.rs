use std::ops::Range;

use serde::de::{Error as _, IgnoredAny};
use uuid::Uuid;

use crate::{
    Aggregate, CommitError, CommitId, Context, Event, EventKind, EventType, Expected, Root,
    StreamName, Timestamp,
};

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
        Root::have_no_snapshot(root);
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
