mod bulk;

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::snapshot::unwritten;
use super::tail::Tail;
use super::visit::wants_snapshot;
use super::{
    AppendError, CommitPlan, Direction, Filter, Limits, NewSnapshot, Read, ReadError, ReadLog,
    ReadStream, ReadStreams, Snapshot, Store, Visit, WrittenSnapshot, is_replay_of,
};
use crate::{
    Clock, Commit, CommitId, Committed, Page, Position, RecordedEvent, StreamName, SystemClock,
    Timestamp, Version,
};

/// A log in memory, behind a mutex: for tests, and for what may be lost. Clones share it.
///
/// ```
/// use pericarp::store::MemoryStore;
///
/// let app = pericarp::Pericarp::new(MemoryStore::new());
/// # let _ = app;
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    clock: Box<dyn Clock>,
    log: Mutex<Log>,
    tail: Tail,
}

#[derive(Default)]
struct Log {
    closed: bool,
    events: Vec<Stored>,
    streams: Vec<Stream>,
    stream_index: HashMap<StreamName, usize>,
    event_index: HashMap<Uuid, usize>,
    snapshots: HashMap<StreamName, WrittenSnapshot>,
}

struct Stream {
    name: StreamName,
    /// Places in `Log::events`; the event at version v is at `events[v - 1]`.
    events: Vec<usize>,
}

struct Stored {
    position: Position,
    id: Uuid,
    event_type: Box<str>,
    schema_version: u32,
    stream: usize,
    version: Version,
    ordinal: u32,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    data: Box<str>,
    metadata: Arc<str>,
}

impl MemoryStore {
    /// An empty log with the default limits.
    pub fn new() -> Self {
        Self::with(Limits::default(), SystemClock)
    }

    /// An empty log with these limits, whose `recorded_at` comes from `clock`.
    pub fn with(limits: Limits, clock: impl Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits,
                clock: Box::new(clock),
                log: Mutex::default(),
                tail: Tail::new(),
            }),
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.shared
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn open_log(&self) -> Result<MutexGuard<'_, Log>, ReadError> {
        let log = self.log();
        if log.closed {
            Err(ReadError::Closed)
        } else {
            Ok(log)
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A visitor that prints the store runs while the log is locked.
        let mut debug = f.debug_struct("MemoryStore");
        if let Ok(log) = self.shared.log.try_lock() {
            debug.field("events", &log.events.len());
            debug.field("streams", &log.streams.len());
        }
        debug.finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        self.shared.limits.check(&commit)?;
        let verdict = {
            let mut log = self.log();
            if log.closed {
                return Err(AppendError::Closed);
            }
            log.append(&commit, self.shared.clock.now())
        };
        if let Ok(committed) = &verdict {
            self.shared.tail.advance(committed.last);
        }
        verdict
    }

    async fn read(&self, read: Read, mut page: Page) -> Result<Page, ReadError> {
        let log = self.open_log()?;
        page.clear();
        log.read(&read, &mut page);
        Ok(page)
    }

    async fn head(&self) -> Result<Position, ReadError> {
        Ok(self.open_log()?.head())
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        Ok(self.open_log()?.version(stream))
    }

    async fn visit<V: Visit>(&self, mut read: ReadStream, mut visitor: V) -> Result<V, ReadError> {
        if wants_snapshot(&read, &visitor) {
            let log = self.open_log()?;
            if let Some(snapshot) = log.snapshot(&read.stream)
                && visitor.restore(&snapshot)
            {
                read = read.behind(snapshot.version);
            }
        }
        loop {
            let log = self.open_log()?;
            let mut last = None;
            for at in log.places_in(&read).take(read.limit) {
                let event = log.view(at);
                last = Some(event.version);
                if visitor.visit(&event).is_break() {
                    return Ok(visitor);
                }
            }
            match last {
                // Others get their turn between two pages.
                Some(last) => read = read.behind(last),
                None => return Ok(visitor),
            }
        }
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        // Written before the log is locked: that is the user's code.
        let stream = snapshot.stream().clone();
        match snapshot.write() {
            Ok(written) => {
                self.log().snapshots.insert(stream, written);
            }
            Err(error) => unwritten(&stream, &error),
        }
    }

    async fn wait_past(&self, position: Position) -> Result<Position, ReadError> {
        self.shared.tail.wait_past(self, position).await
    }

    async fn close(&self) {
        self.log().closed = true;
        self.shared.tail.close();
    }
}

impl Log {
    fn append(&mut self, commit: &Commit, now: Timestamp) -> Result<Committed, AppendError> {
        if self.event_index.contains_key(&commit.id().get()) {
            return self.replay(commit);
        }
        let plan = CommitPlan::new(commit, |stream| {
            Ok::<_, AppendError>((self.version(stream), ()))
        })?;
        if commit.is_empty() {
            let mut nothing = Committed::nothing(commit.id());
            nothing.streams = plan.streams;
            return Ok(nothing);
        }
        self.refuse_known_events(commit)?;

        let now = self
            .events
            .last()
            .map_or(now, |last| last.recorded_at.max(now));
        let first = self.head().next();
        let mut ordinal = 0;
        let mut metadata: Arc<str> = Arc::from("{}");
        for ((append, events), versions) in commit.appends().zip(&plan.streams) {
            let mut version = versions.first;
            for event in events {
                if *metadata != *event.metadata {
                    metadata = event.metadata.into();
                }
                let stream = self.stream_or_new(&append.stream);
                let id = event.id.unwrap_or_default();
                self.event_index.insert(id, self.events.len());
                self.streams[stream].events.push(self.events.len());
                self.events.push(Stored {
                    position: self.head().next(),
                    id,
                    event_type: event.event_type.as_str().into(),
                    schema_version: event.schema_version,
                    stream,
                    version,
                    ordinal,
                    occurred_at: event.occurred_at,
                    recorded_at: now,
                    data: event.data.into(),
                    metadata: metadata.clone(),
                });
                version = version.next();
                ordinal += 1;
            }
        }
        let mut committed = Committed::new(commit.id(), first, self.head(), now);
        committed.streams = plan.streams;
        Ok(committed)
    }

    fn replay(&self, commit: &Commit) -> Result<Committed, AppendError> {
        let mut page = Page::new();
        self.read_commit(commit.id(), &mut page);
        let version_before = |stream: &StreamName, position: Position| {
            let Some(&stream) = self.stream_index.get(stream) else {
                return Ok(Version::NONE);
            };
            let events = &self.streams[stream].events;
            let before = events.partition_point(|&at| self.events[at].position < position);
            Ok::<_, AppendError>(Version::new(before as u64))
        };
        match is_replay_of(commit, &page, version_before)? {
            Some(first_answer) => Ok(first_answer),
            None if page.is_empty() => Err(AppendError::DuplicateEvent {
                event_id: commit.id().get(),
            }),
            None => Err(AppendError::CommitIdReused { id: commit.id() }),
        }
    }

    fn refuse_known_events(&self, commit: &Commit) -> Result<(), AppendError> {
        let mut seen = std::collections::HashSet::new();
        for (_, events) in commit.appends() {
            for event_id in events.filter_map(|event| event.id) {
                if self.event_index.contains_key(&event_id) || !seen.insert(event_id) {
                    return Err(AppendError::DuplicateEvent { event_id });
                }
            }
        }
        Ok(())
    }

    fn head(&self) -> Position {
        self.events
            .last()
            .map_or(Position::START, |last| last.position)
    }

    fn version(&self, stream: &StreamName) -> Version {
        self.stream_index.get(stream).map_or(Version::NONE, |&at| {
            Version::new(self.streams[at].events.len() as u64)
        })
    }

    /// The snapshot of a stream, unless it is of a version that the stream does not have.
    fn snapshot(&self, stream: &StreamName) -> Option<Snapshot<'_>> {
        let snapshot = self.snapshots.get(stream)?.view();
        let has = Version::FIRST..=self.version(stream);
        has.contains(&snapshot.version).then_some(snapshot)
    }

    fn stream_or_new(&mut self, name: &StreamName) -> usize {
        if let Some(&at) = self.stream_index.get(name) {
            return at;
        }
        self.streams.push(Stream {
            name: name.clone(),
            events: Vec::new(),
        });
        self.stream_index
            .insert(name.clone(), self.streams.len() - 1);
        self.streams.len() - 1
    }

    fn read(&self, read: &Read, page: &mut Page) {
        match read {
            Read::Stream(read) => self.read_stream(read, page),
            Read::Streams(read) => self.read_streams(read, page),
            Read::Log(read) => self.read_log(read, page),
            Read::Event(id) => {
                if let Some(&at) = self.event_index.get(id) {
                    page.push(&self.view(at));
                }
            }
            Read::Commit(id) => self.read_commit(*id, page),
        }
    }

    fn read_stream(&self, read: &ReadStream, page: &mut Page) {
        self.fill(page, read.limit, self.places_in(read));
    }

    fn places_in(&self, read: &ReadStream) -> impl Iterator<Item = usize> {
        let stream = self.stream_index.get(&read.stream);
        let events = stream.map_or(&[][..], |&at| &self.streams[at].events);
        let (direction, from) = (read.direction, read.from.get() as usize);
        let events = match direction {
            Direction::Forward => &events[from.saturating_sub(1).min(events.len())..],
            Direction::Backward => &events[..from.min(events.len())],
        };
        (0..events.len()).map(move |nth| match direction {
            Direction::Forward => events[nth],
            Direction::Backward => events[events.len() - 1 - nth],
        })
    }

    fn read_streams(&self, read: &ReadStreams, page: &mut Page) {
        let mut streams: Vec<usize> = read
            .streams
            .iter()
            .filter_map(|name| self.stream_index.get(name).copied())
            .collect();
        streams.sort_unstable();
        streams.dedup();
        let after = read
            .after
            .as_ref()
            .and_then(|(name, version)| Some((*self.stream_index.get(name)?, *version)));
        let places = streams.into_iter().flat_map(|stream| {
            let events = &self.streams[stream].events;
            let seen = match after {
                Some((last, _)) if stream < last => events.len(),
                Some((last, version)) if stream == last => version.get() as usize,
                _ => 0,
            };
            events[seen.min(events.len())..].iter().copied()
        });
        self.fill(page, read.limit, places);
    }

    fn read_log(&self, read: &ReadLog, page: &mut Page) {
        let count_until = |last: Position| self.events.partition_point(|e| e.position <= last);
        let places: &mut dyn Iterator<Item = usize> = match read.direction {
            Direction::Forward => &mut (count_until(read.past)..self.events.len()),
            Direction::Backward => &mut (0..count_until(read.past.previous())).rev(),
        };
        self.fill(
            page,
            read.limit,
            places.filter(|&at| self.passes(&read.filter, at)),
        );
    }

    fn read_commit(&self, id: CommitId, page: &mut Page) {
        let Some(&start) = self.event_index.get(&id.get()) else {
            return;
        };
        if self.events[start].ordinal != 0 {
            return;
        }
        page.push_beyond_limit(&self.view(start));
        let rest = start + 1..self.events.len();
        for at in rest.take_while(|&at| self.events[at].ordinal != 0) {
            page.push_beyond_limit(&self.view(at));
        }
    }

    fn passes(&self, filter: &Filter, at: usize) -> bool {
        let event = &self.events[at];
        let stream = &self.streams[event.stream].name;
        let any = |none: bool, one: bool| none || one;
        any(
            filter.types.is_empty(),
            filter
                .types
                .iter()
                .any(|t| t.as_str() == &*event.event_type),
        ) && any(
            filter.categories.is_empty(),
            filter.categories.iter().any(|c| c == stream.category()),
        ) && any(filter.streams.is_empty(), filter.streams.contains(stream))
            && filter.since.is_none_or(|since| event.recorded_at >= since)
            && filter.until.is_none_or(|until| event.recorded_at < until)
    }

    fn fill(&self, page: &mut Page, limit: usize, mut places: impl Iterator<Item = usize>) {
        let full = places.try_for_each(|at| {
            if page.len() < limit && page.push(&self.view(at)) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        page.set_has_more(full.is_break());
    }

    fn view(&self, at: usize) -> RecordedEvent<'_> {
        let event = &self.events[at];
        RecordedEvent {
            id: event.id,
            event_type: &event.event_type,
            schema_version: event.schema_version,
            stream: self.streams[event.stream].name.as_str(),
            version: event.version,
            position: event.position,
            ordinal: event.ordinal,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: &event.data,
            metadata: &event.metadata,
        }
    }
}
