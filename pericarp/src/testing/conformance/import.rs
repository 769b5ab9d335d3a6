use super::Subject;
use super::bytes::texts;
use super::check::{declared, fresh, offered, ok, opened, reopen};
use super::events::{Stored, commit, new_id, read, read_log, read_stream, stream};
use super::import_races::{beside_appends, beside_each_other, dropped};
use super::import_refusals::refusals;
use super::ledger::{check_order, commits};
use super::wake::{begin, joined};
use crate::store::{Batch, BulkAppended, BulkError, MemoryStore, Positions, Read, ReadLog, Store};
use crate::{
    Commit, CommitId, EventType, Expected, NewEvent, Position, RecordedEvent, Timestamp, Version,
};

/// What another log recorded is taken over as it was: ids, versions, ordinals, times, bytes, and
/// with kept positions these too. What is there already is skipped; what does not go with the log
/// is refused, and nothing of its batch is stored. Whoever else imports or appends at the same
/// time, the log keeps its order.
///
/// # Panics
/// If the law does not hold.
pub async fn law_33_imports_keep_every_byte<S: Subject>(subject: &S) {
    const LAW: &str = "law 33";
    let (log, store) = fresh(LAW, subject).await;
    let nothing = subject
        .append_recorded(&store, Batch::new(), Positions::Keep)
        .await;
    let is_declared = subject.capabilities().bulk;
    let Some(nothing) = offered(LAW, "bulk", is_declared, nothing) else {
        return;
    };
    let nothing = ok(LAW, "import nothing", nothing);
    assert_eq!(
        (nothing.added, nothing.skipped),
        (0, 0),
        "{LAW}: nothing is nothing"
    );

    let source = Source::new(LAW, usize::MAX).await;
    let importer = Importer {
        law: LAW,
        subject,
        store: &store,
    };
    keep(&importer, &source).await;
    continue_behind(&importer, &source).await;
    let second = opened(LAW, subject.open(&log).await);
    let events = read_log(LAW, &second).await;
    if declared(LAW, "persistent", subject.capabilities().persistent) {
        second.close().await;
        let store = reopen(LAW, subject, &log, store.clone()).await;
        assert!(
            read_log(LAW, &store).await == events,
            "{LAW}: reopened, the log is another"
        );
    }
    // What comes now is repeated often, so without the megabyte.
    let source = Source::new(LAW, 4 << 10).await;
    resume(LAW, subject, &source).await;
    renumber(LAW, subject, &source).await;
    behind_a_gap(LAW, subject).await;
    refusals(LAW, subject, &source).await;
    beside_each_other(LAW, subject, &source).await;
    beside_appends(LAW, subject, &source).await;
    dropped(LAW, subject, &source).await;
}

/// A log that is to be imported, and the commits that made it.
pub(super) struct Source {
    pub(super) commits: Vec<Commit>,
    /// With gaps between the positions, before the first of them too.
    pub(super) events: Vec<Stored>,
}

impl Source {
    /// Payloads have at most `longest` bytes.
    async fn new(law: &str, longest: usize) -> Self {
        let store = MemoryStore::new();
        let commits = awkward_commits(law, longest);
        for commit in &commits {
            ok(law, "append", store.append(commit.clone()).await);
        }
        let mut events = read_log(law, &store).await;
        for event in &mut events {
            event.position = Position::new(event.position.get() * 3 + 4);
        }
        Self { commits, events }
    }

    /// The events up to about the middle, in whole commits.
    pub(super) fn first_half(&self) -> &[Stored] {
        let middle = self.events.len() / 2;
        let rest = self.events[middle..].iter();
        let cut = rest.take_while(|event| event.ordinal != 0).count();
        &self.events[..middle + cut]
    }
}

/// Commits of one and of several events, over several streams, with payloads of every kind.
fn awkward_commits(law: &str, longest: usize) -> Vec<Commit> {
    let happened = EventType::from_static("conformance.happened");
    let mut texts = texts();
    texts.retain(|text| text.len() <= longest);
    let mut commits = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let mut commit = Commit::new(new_id());
        for (key, count) in [("a", 1), ("b", number % 3), ("é\"\\ 7", number % 2)] {
            let turn = commit.to(stream(key), Expected::Any);
            (0..count).fold(turn, |turn, nth| {
                let event = NewEvent {
                    id: None,
                    event_type: &happened,
                    schema_version: 1 + number as u32,
                    occurred_at: Timestamp::from_micros(nth as i64 - 1_000_001 * number as i64),
                    data: text,
                    metadata: " {\"it\" :\n 1e400 , \"it\":\"\\u00e9\"}",
                };
                ok(law, "add an event", turn.raw(event))
            });
        }
        commits.push(commit);
    }
    commits
}

/// A store that imports.
pub(super) struct Importer<'s, S: Subject> {
    pub(super) law: &'static str,
    pub(super) subject: &'s S,
    pub(super) store: &'s S::Store,
}

impl<S: Subject> Importer<'_, S> {
    pub(super) async fn try_one(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        let hook = self.subject.append_recorded(self.store, batch, positions);
        match hook.await {
            Some(outcome) => outcome,
            None => panic!("{}: the hook does not offer what it did before", self.law),
        }
    }

    /// Imports `events` in batches of about `size`; how many were added, skipped and raised.
    pub(super) async fn import(
        &self,
        events: &[Stored],
        size: usize,
        positions: Positions,
    ) -> (u64, u64, u64) {
        let mut sum = (0, 0, 0);
        for batch in batches(self.law, events, size) {
            let count = batch.len() as u64;
            let done = ok(self.law, "import", self.try_one(batch, positions).await);
            assert_eq!(
                (done.added + done.skipped, done.batch.len() as u64),
                (count, count),
                "{}: every event is added or skipped, and the batch comes back",
                self.law
            );
            sum.0 += done.added;
            sum.1 += done.skipped;
            sum.2 += done.raised;
            // Others may come in between.
            tokio::task::yield_now().await;
        }
        sum
    }
}

/// Batches of whole commits, each of at least `size` events but for the last.
pub(super) fn batches(law: &str, events: &[Stored], size: usize) -> Vec<Batch> {
    let mut batches = vec![Batch::new()];
    for event in events {
        if event.ordinal == 0 && batches.last().is_some_and(|batch| batch.len() >= size) {
            batches.push(Batch::new());
        }
        if let Some(batch) = batches.last_mut() {
            ok(law, "fill a batch", batch.push(&view(event)));
        }
    }
    batches
}

pub(super) fn view(event: &Stored) -> RecordedEvent<'_> {
    RecordedEvent {
        id: event.id,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        stream: &event.stream,
        version: event.version,
        position: event.position,
        ordinal: event.ordinal,
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
        data: &event.data,
        metadata: &event.metadata,
    }
}

async fn keep<S: Subject>(importer: &Importer<'_, S>, source: &Source) {
    let (law, store) = (importer.law, importer.store);
    let count = source.events.len() as u64;
    let waiting = begin(law, store, Position::START).await;
    let done = importer.import(&source.events, 4, Positions::Keep).await;
    assert_eq!(done, (count, 0, 0), "{law}: all are added");
    ok(law, "wait for an import", joined(law, waiting).await);
    let log = read_log(law, store).await;
    assert!(
        log == source.events,
        "{law}: the log is not the one that was imported"
    );
    let mut backward = read(law, store, ReadLog::all().backward().limit(3)).await;
    backward.reverse();
    assert!(backward == log, "{law}: backward it is another log");
    let head = ok(law, "read the head", store.head().await);
    assert_eq!(
        Some(head),
        log.last().map(|last| last.position),
        "{law}: the head"
    );
    for (number, event) in log.iter().enumerate() {
        // A cursor in a gap is as good as one on an event.
        for behind in [
            event.position.previous(),
            Position::new(event.position.get() - 2),
        ] {
            let rest = read(law, store, ReadLog::all().after(behind)).await;
            assert!(
                rest == log[number..],
                "{law}: what is after position {behind}"
            );
        }
        let before = read(law, store, ReadLog::all().before(event.position)).await;
        assert_eq!(
            before.len(),
            number,
            "{law}: how many are before {}",
            event.position
        );
        let by_id = read(law, store, Read::Event(event.id)).await;
        assert!(by_id == [event.clone()], "{law}: an event by its id");
    }
    for (id, events) in commits(law, &log) {
        let by_id = read(law, store, Read::Commit(id)).await;
        assert!(by_id == events, "{law}: a commit by its id");
    }
    let a = read_stream(law, store, &stream("a")).await;
    let of_log: Vec<_> = log.iter().filter(|e| e.stream == "conformance-a").collect();
    assert!(
        a.iter().eq(of_log),
        "{law}: a stream is another than in the log"
    );
}

/// Appends go on where the import ended, and its commits are known.
async fn continue_behind<S: Subject>(importer: &Importer<'_, S>, source: &Source) {
    let (law, store) = (importer.law, importer.store);
    let stored = read_log(law, store).await;
    let stored = commits(law, &stored);
    for commit in &source.commits {
        let again = ok(law, "append again", store.append(commit.clone()).await);
        let events = stored.get(&commit.id()).copied().unwrap_or_default();
        assert_eq!(
            Some((again.first, again.last)),
            events
                .first()
                .zip(events.last())
                .map(|(f, l)| (f.position, l.position)),
            "{law}: an imported commit that is appended again gets the answer it had"
        );
    }
    let streams = [stream("a"), stream("new")];
    let head = source
        .events
        .last()
        .map(|last| (last.position, last.recorded_at));
    let turns = streams.each_ref().map(|stream| (stream, Expected::Any, 2));
    let answer = ok(law, "append", store.append(commit(&turns)).await);
    assert!(
        head.is_some_and(|(position, time)| answer.first > position && answer.recorded_at >= time),
        "{law}: an append comes behind what was imported"
    );
    check_order(law, &read_log(law, store).await);
    let version = ok(
        law,
        "read a version",
        store.stream_version(&streams[1]).await,
    );
    assert_eq!(
        version,
        Version::new(2),
        "{law}: the version of a new stream"
    );
}

/// One who has appended goes on behind a gap that an import left meanwhile, whoever imported.
async fn behind_a_gap<S: Subject>(law: &'static str, subject: &S) {
    for (elsewhere, events) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        let (log, store) = fresh(law, subject).await;
        let other = opened(law, subject.open(&log).await);
        for _ in 0..2 {
            let turn = commit(&[(&stream("mine"), Expected::Any, 1)]);
            ok(law, "append", store.append(turn).await);
        }
        let mut far = read_log(law, &store).await.split_off(1);
        for event in &mut far {
            event.id = new_id().get();
            event.stream = stream("far").to_string();
            event.version = Version::FIRST;
            event.position = Position::new(event.position.get() + 20);
        }
        let importer = Importer {
            law,
            subject,
            store: if elsewhere { &other } else { &store },
        };
        importer.import(&far, 1, Positions::Keep).await;
        let head = ok(law, "read the head", other.head().await);
        let turn = commit(&[(&stream("mine"), Expected::Any, events)]);
        let answer = ok(law, "append", store.append(turn).await);
        assert_eq!(
            (answer.first, answer.streams[0].first),
            (head.next(), Version::new(3)),
            "{law}: an append comes right behind an import that left a gap"
        );
        check_order(law, &read_log(law, &store).await);
    }
}

async fn resume<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    let (_log, store) = fresh(law, subject).await;
    let importer = Importer {
        law,
        subject,
        store: &store,
    };
    let half = source.first_half();
    let (all, known) = (source.events.len() as u64, half.len() as u64);
    importer.import(half, 7, Positions::Keep).await;
    // In other batches, one of which is known in part.
    let done = importer.import(&source.events, 5, Positions::Keep).await;
    assert_eq!(
        done,
        (all - known, known, 0),
        "{law}: an import is gone on with"
    );
    for positions in [Positions::Keep, Positions::Renumber] {
        let done = importer.import(&source.events, 100, positions).await;
        assert_eq!(done, (0, all, 0), "{law}: a second import adds nothing");
    }
    let log = read_log(law, &store).await;
    assert!(
        log == source.events,
        "{law}: the log that was gone on with is another"
    );
}

async fn renumber<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    let (_log, store) = fresh(law, subject).await;
    let importer = Importer {
        law,
        subject,
        store: &store,
    };
    let own = ok(
        law,
        "append",
        store
            .append(commit(&[(&stream("own"), Expected::Any, 3)]))
            .await,
    );
    let (half, all) = (source.first_half(), source.events.len() as u64);
    importer.import(half, 3, Positions::Renumber).await;
    let (added, skipped, raised) = importer
        .import(&source.events, 6, Positions::Renumber)
        .await;
    let known = half.len() as u64;
    assert_eq!(
        (added, skipped),
        (all - known, known),
        "{law}: renumbering is gone on with"
    );
    let log = read_log(law, &store).await;
    check_order(law, &log);
    let imported = &log[3..];
    assert_eq!(imported.len(), source.events.len(), "{law}: all are there");
    let mut later = 0;
    for (stored, event) in imported.iter().zip(&source.events) {
        assert!(
            stored.position > own.last,
            "{law}: new positions are behind the end"
        );
        let recorded_at = event.recorded_at.max(own.recorded_at);
        later += u64::from(recorded_at != event.recorded_at);
        let expected = Stored {
            position: stored.position,
            recorded_at,
            ..event.clone()
        };
        assert!(
            *stored == expected,
            "{law}: renumbered, event {} is another",
            event.id
        );
    }
    assert!(
        raised <= later,
        "{law}: {raised} of {later} times were raised"
    );
    let commits = commits(law, &log);
    for commit in &source.commits {
        let id: CommitId = commit.id();
        assert!(
            commits.contains_key(&id),
            "{law}: commit {id} is not there as one"
        );
    }
}
