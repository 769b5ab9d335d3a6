use std::sync::Arc;

use uuid::Uuid;

use crate::{CommitId, Event, EventType, Page, Position, StreamName, Timestamp, Version};

/// What to read, and how much of it in one page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Read {
    /// One stream, in version order.
    Stream(ReadStream),
    /// Several streams: stream after stream in an order of the store's choosing, each in version
    /// order.
    Streams(ReadStreams),
    /// The log, in position order.
    Log(ReadLog),
    /// The event with this id, if there is one.
    Event(Uuid),
    /// The events of one commit, in order; none if it is not in the log.
    Commit(CommitId),
}

impl Read {
    /// The read that goes on where `page`, filled by this one, ends; `None` if that was all.
    pub fn following(&self, page: &Page) -> Option<Self> {
        let last = page.last().filter(|_| page.has_more())?;
        let mut next = self.clone();
        match &mut next {
            Self::Stream(read) => *read = read.clone().behind(last.version),
            Self::Streams(read) => {
                read.after = Some((StreamName::parse(last.stream).ok()?, last.version));
            }
            Self::Log(read) => read.past = last.position,
            Self::Event(_) | Self::Commit(_) => return None,
        }
        Some(next)
    }

    /// The read that goes on behind a full page of this one. Only versions are dense, so only a
    /// stream can be guessed.
    pub(crate) fn guess_following(&self) -> Option<Self> {
        let Self::Stream(read) = self else {
            return None;
        };
        let mut next = read.clone();
        let (from, limit) = (read.from.get(), read.limit as u64);
        next.from = match read.direction {
            Direction::Forward => Version::new(from.checked_add(limit)?),
            Direction::Backward => Version::new(from.checked_sub(limit).filter(|&from| from > 0)?),
        };
        Some(Self::Stream(next))
    }

    /// Whether two reads of one sequence of pages start at the same place.
    pub(crate) fn starts_like(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Stream(a), Self::Stream(b)) if a.from == b.from)
    }
}

/// Which way to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    #[default]
    Forward,
    /// Newest first.
    Backward,
}

/// Events in a page, unless told otherwise.
const PAGE: usize = 512;

/// A read of one stream. The limit is that of a page: [`Pages`](super::Pages) reads on.
///
/// ```
/// use pericarp::{StreamName, Version};
/// use pericarp::store::ReadStream;
///
/// let account = StreamName::new("account", 1)?;
/// let tail = ReadStream::new(account.clone()).from(Version::new(100));
/// let newest = ReadStream::new(account).backward().limit(1);
/// # let _ = (tail, newest);
/// # Ok::<(), pericarp::InvalidName>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReadStream {
    pub(crate) stream: StreamName,
    pub(crate) from: Version,
    pub(crate) direction: Direction,
    pub(crate) limit: usize,
    /// Whether only what an aggregate folds is looked at; the rest of an event may be left out.
    #[cfg(feature = "postgres")]
    pub(crate) facts_only: bool,
}

impl ReadStream {
    /// The whole stream, from its first event.
    pub const fn new(stream: StreamName) -> Self {
        Self {
            stream,
            from: Version::FIRST,
            direction: Direction::Forward,
            limit: PAGE,
            #[cfg(feature = "postgres")]
            facts_only: false,
        }
    }

    /// Starts at `version`, which is read too.
    #[must_use]
    pub const fn from(mut self, version: Version) -> Self {
        self.from = version;
        self
    }

    /// Reads backward, from the end unless [`ReadStream::from`] is called afterwards.
    #[must_use]
    pub const fn backward(mut self) -> Self {
        self.direction = Direction::Backward;
        self.from = Version::END;
        self
    }

    /// Takes at most so many events into a page, at least one.
    #[must_use]
    pub const fn limit(mut self, events: usize) -> Self {
        self.limit = at_least_one(events);
        self
    }

    /// Goes on behind the event at `last`.
    pub(crate) const fn behind(mut self, last: Version) -> Self {
        self.from = match self.direction {
            Direction::Forward => last.next(),
            Direction::Backward => last.previous(),
        };
        self
    }

    /// The stream.
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The version it starts at.
    pub const fn start(&self) -> Version {
        self.from
    }

    /// Which way it reads.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// How many events a page takes.
    pub const fn page_limit(&self) -> usize {
        self.limit
    }
}

/// A read of several streams at once, such as the aggregates that a request touches.
#[derive(Clone, Debug)]
pub struct ReadStreams {
    pub(crate) streams: Arc<[StreamName]>,
    pub(crate) after: Option<(StreamName, Version)>,
    pub(crate) limit: usize,
}

impl ReadStreams {
    /// All events of all these streams. A name that comes twice is read once.
    pub fn new(streams: impl Into<Arc<[StreamName]>>) -> Self {
        Self {
            streams: streams.into(),
            after: None,
            limit: PAGE,
        }
    }

    /// Takes at most so many events into a page, at least one.
    #[must_use]
    pub const fn limit(mut self, events: usize) -> Self {
        self.limit = at_least_one(events);
        self
    }

    /// The streams.
    pub fn streams(&self) -> &[StreamName] {
        &self.streams
    }

    /// The event it goes on after, by stream and version, if it is not the first page.
    pub const fn after(&self) -> Option<&(StreamName, Version)> {
        self.after.as_ref()
    }

    /// How many events a page takes.
    pub const fn page_limit(&self) -> usize {
        self.limit
    }
}

/// A read of the log, or of the events in it that a [`Filter`] lets through.
///
/// ```
/// use pericarp::{EventType, Position};
/// use pericarp::store::{Filter, ReadLog};
///
/// let opened = EventType::from_static("account.opened");
/// let feed = ReadLog::all().after(Position::new(41)).filter(Filter::default().event_type(opened));
/// # let _ = feed;
/// ```
#[derive(Clone, Debug)]
pub struct ReadLog {
    pub(crate) past: Position,
    pub(crate) direction: Direction,
    pub(crate) filter: Filter,
    pub(crate) limit: usize,
}

impl ReadLog {
    /// The whole log, from its first event.
    pub const fn all() -> Self {
        Self {
            past: Position::START,
            direction: Direction::Forward,
            filter: Filter::none(),
            limit: PAGE,
        }
    }

    /// Reads forward, starting after `position`, which is not read.
    #[must_use]
    pub const fn after(mut self, position: Position) -> Self {
        self.direction = Direction::Forward;
        self.past = position;
        self
    }

    /// Reads backward from the end.
    #[must_use]
    pub const fn backward(self) -> Self {
        self.before(Position::END)
    }

    /// Reads backward, starting before `position`, which is not read.
    #[must_use]
    pub const fn before(mut self, position: Position) -> Self {
        self.direction = Direction::Backward;
        self.past = position;
        self
    }

    /// Reads only what `filter` lets through.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Takes at most so many events into a page, at least one.
    #[must_use]
    pub const fn limit(mut self, events: usize) -> Self {
        self.limit = at_least_one(events);
        self
    }

    /// The position it starts after, or before if it reads backward.
    pub const fn past(&self) -> Position {
        self.past
    }

    /// Which way it reads.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// What it lets through.
    pub const fn filter_ref(&self) -> &Filter {
        &self.filter
    }

    /// How many events a page takes.
    pub const fn page_limit(&self) -> usize {
        self.limit
    }
}

/// Which events of the log to read. Words of one kind are alternatives; different kinds must all
/// hold. An empty filter lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// Stored names of event types.
    pub types: Vec<EventType>,
    /// Categories of streams.
    pub categories: Vec<String>,
    /// Streams.
    pub streams: Vec<StreamName>,
    /// Committed at this time or later.
    pub since: Option<Timestamp>,
    /// Committed before this time.
    pub until: Option<Timestamp>,
}

impl Filter {
    const fn none() -> Self {
        Self {
            types: Vec::new(),
            categories: Vec::new(),
            streams: Vec::new(),
            since: None,
            until: None,
        }
    }

    /// Events of this type, or of another that is named.
    #[must_use]
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.types.push(event_type);
        self
    }

    /// Events that `E` can read, by all names they may be stored under, or others that are named:
    /// by its current name, by aliases, and by the names of events it is split from.
    ///
    /// ```
    /// use pericarp::Event;
    /// use pericarp::store::Filter;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Event, Serialize, Deserialize)]
    /// #[event(name = "account.opened", alias("account.created"))]
    /// struct Opened { owner: String }
    ///
    /// assert_eq!(Filter::default().events::<Opened>().types.len(), 2);
    /// ```
    #[must_use]
    pub fn events<E: Event>(mut self) -> Self {
        for kind in E::KINDS {
            let splits = kind.splits.iter().map(|split| &split.name);
            let names = [&kind.name].into_iter().chain(kind.aliases).chain(splits);
            for name in names.map(|name| EventType::assume_valid(name)) {
                // Several events may be split from one.
                if !self.types.contains(&name) {
                    self.types.push(name);
                }
            }
        }
        self
    }

    /// Events in this category, or in another that is named.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.categories.push(category.into());
        self
    }

    /// Events of this stream, or of another that is named.
    #[must_use]
    pub fn stream(mut self, stream: StreamName) -> Self {
        self.streams.push(stream);
        self
    }

    /// Events that were committed at `time` or later.
    #[must_use]
    pub const fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Events that were committed before `time`.
    #[must_use]
    pub const fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }
}

const fn at_least_one(events: usize) -> usize {
    if events == 0 { 1 } else { events }
}

impl From<ReadStream> for Read {
    fn from(read: ReadStream) -> Self {
        Self::Stream(read)
    }
}

impl From<ReadStreams> for Read {
    fn from(read: ReadStreams) -> Self {
        Self::Streams(read)
    }
}

impl From<ReadLog> for Read {
    fn from(read: ReadLog) -> Self {
        Self::Log(read)
    }
}
