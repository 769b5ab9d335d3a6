use std::collections::HashMap;

use super::check::ok;
use super::tally::Tally;
use crate::store::{Read, ReadLog, Store};
use crate::{CommitId, Page, Position, RecordedEvent, Version};

/// A reader that sets its checkpoint after every read and goes on behind it. What it keeps of the
/// events is enough to tell if one is missing, comes again or is out of order, and grows with the
/// streams alone.
pub(super) struct Follower {
    law: &'static str,
    limit: usize,
    page: Page,
    pub(super) checkpoint: Position,
    versions: HashMap<String, Version>,
    reading: Option<Reading>,
    tally: Tally,
}

/// The commit whose events are being read.
struct Reading {
    id: CommitId,
    first: Position,
    last: Position,
    events: u32,
}

impl Follower {
    pub(super) fn new(law: &'static str, limit: usize) -> Self {
        Self {
            law,
            limit,
            page: Page::new(),
            checkpoint: Position::START,
            versions: HashMap::new(),
            reading: None,
            tally: Tally::default(),
        }
    }

    /// Reads a page; whether there is more.
    pub(super) async fn read_on(&mut self, store: &impl Store) -> bool {
        let next = Read::from(ReadLog::all().after(self.checkpoint).limit(self.limit));
        let page = store.read(next, std::mem::take(&mut self.page)).await;
        let page = ok(self.law, "read", page);
        for event in page.events() {
            self.see(&event);
        }
        let more = page.has_more();
        self.page = page;
        more
    }

    fn see(&mut self, event: &RecordedEvent<'_>) {
        let (law, position) = (self.law, event.position);
        assert!(
            position > self.checkpoint,
            "{law}: position {position} is read after position {}",
            self.checkpoint
        );
        self.checkpoint = position;
        if !self.versions.contains_key(event.stream) {
            self.versions.insert(event.stream.to_owned(), Version::NONE);
        }
        if let Some(version) = self.versions.get_mut(event.stream) {
            assert_eq!(
                event.version,
                version.next(),
                "{law}: the version at position {position} of stream {}: an event is missing or \
                 out of order",
                event.stream
            );
            *version = event.version;
        }
        if event.ordinal == 0 {
            self.finish();
            self.reading = Some(Reading {
                id: CommitId::new(event.id),
                first: position,
                last: position,
                events: 0,
            });
        }
        let Some(reading) = &mut self.reading else {
            panic!("{law}: position {position} is inside a commit, and nothing is before it");
        };
        assert_eq!(
            event.ordinal, reading.events,
            "{law}: the ordinal at position {position}: a commit is stored by half, or another is \
             inside it"
        );
        reading.events += 1;
        reading.last = position;
    }

    fn finish(&mut self) {
        if let Some(read) = self.reading.take() {
            let events = read.events as usize;
            self.tally.count(read.id, read.first, read.last, events);
        }
    }

    /// What it read, at the end.
    pub(super) fn tally(mut self) -> Tally {
        self.finish();
        self.tally
    }
}
