use std::ops::ControlFlow;

use uuid::Uuid;

use super::Subject;
use super::check::{declared, fresh, ok, reopen, within};
use super::events::{commit, read_stream, stream};
use crate::store::{NewSnapshot, ReadStream, Snapshot, Store, Visit};
use crate::{Expected, RecordedEvent, StreamName, Version};

/// A snapshot is read back as it was written, or ignored: it is shown to those who want it and read
/// a stream from its first event on, and to nobody else; it is of the stream it was taken of, and
/// never of a version that the stream does not have. Whoever does not take it sees every event, and
/// whoever does those behind it. The last one that is kept counts, after a restart too.
///
/// # Panics
/// If the law does not hold.
pub async fn law_28_snapshots_are_read_back_or_ignored<S: Subject>(subject: &S) {
    const LAW: &str = "law 28";
    let (log, store) = fresh(LAW, subject).await;
    let (long, other) = (stream("long"), stream("other"));
    for (name, events) in [(&long, 5), (&other, 2)] {
        let append = store.append(commit(&[(name, Expected::NoStream, events)]));
        ok(LAW, "append", append.await);
    }
    let before = read_stream(LAW, &store, &long).await;

    // None is there, and none of a stream that does not exist, or of a version that it does not have.
    expect(LAW, &store, &long, None, &[1, 2, 3, 4, 5]).await;
    for (name, version) in [(&stream("nobody"), 1), (&long, 6), (&long, 0)] {
        keep(LAW, &store, name, version, "{}").await;
        expect(LAW, &store, name, None, &versions(LAW, &store, name).await).await;
    }
    if !declared(LAW, "snapshots", subject.capabilities().snapshots) {
        keep(LAW, &store, &long, 3, "{}").await;
        expect_all_or_rest(LAW, &store, &long, 3, 5).await;
        return;
    }

    let large = format!("{{\"text\":\"{}\"}}", "é".repeat(1 << 19));
    let texts = [
        r#"{"state":{"b":1,"a":"\u0000\"'\\ é 😀"},  "n":1e400}"#,
        &large,
    ];
    for text in texts {
        keep(LAW, &store, &long, 3, text).await;
        expect(LAW, &store, &long, Some((3, text)), &[4, 5]).await;
        expect(LAW, &store, &other, None, &[1, 2]).await;
    }
    refused_and_unwanted(LAW, &store, &long).await;

    // A later one, an earlier one, and one that cannot be written, after which the last one is there.
    for version in [5, 2] {
        keep(LAW, &store, &long, version, "[]").await;
        let behind: Vec<u64> = (version + 1..=5).collect();
        expect(LAW, &store, &long, Some((version, "[]")), &behind).await;
    }
    let unwritable = NewSnapshot::new(long.clone(), Version::new(4), Uuid::nil(), || {
        Err(serde::ser::Error::custom("as the law planned"))
    });
    store.keep_snapshot(unwritable);
    let panics = || std::panic::panic_any("as the law planned");
    store.keep_snapshot(NewSnapshot::new(
        long.clone(),
        Version::new(4),
        Uuid::nil(),
        panics,
    ));
    within(LAW, "keeping a snapshot", store.snapshots_kept()).await;
    expect(LAW, &store, &long, Some((2, "[]")), &[3, 4, 5]).await;

    // Of many at once some may be left out; none holds anybody up, and each that is kept is right.
    for _ in 0..10 {
        for version in 1..=5 {
            store.keep_snapshot(snapshot(&long, version, "[]"));
        }
        let append = store.append(commit(&[(&other, Expected::Exists, 1)]));
        ok(
            LAW,
            "append beside snapshots",
            within(LAW, "an append", append).await,
        );
    }
    within(LAW, "keeping snapshots", store.snapshots_kept()).await;
    let shown = visited(LAW, &store, &long, Wants::Takes).await;
    let from = shown.shown.as_ref().map_or(0, |shown| shown.version.get());
    assert_eq!(shown.versions, (from + 1..=5).collect::<Vec<_>>(), "{LAW}");

    // The log knows nothing of them.
    assert_eq!(
        read_stream(LAW, &store, &long).await,
        before,
        "{LAW}: the events"
    );
    keep(LAW, &store, &long, 4, "[4]").await;
    let append = store.append(commit(&[(&long, Expected::Version(Version::new(5)), 1)]));
    ok(LAW, "append behind a snapshot", append.await);
    let beside = ok(LAW, "open the log", subject.open(&log).await);
    expect(LAW, &beside, &long, Some((4, "[4]")), &[5, 6]).await;
    if subject.capabilities().persistent {
        store.keep_snapshot(snapshot(&long, 6, "[6]"));
        let store = reopen(LAW, subject, &log, store).await;
        expect(LAW, &store, &long, Some((6, "[6]")), &[]).await;
    }
}

async fn refused_and_unwanted(law: &str, store: &impl Store, stream: &StreamName) {
    let shown = visited(law, store, stream, Wants::Refuses).await;
    assert!(shown.shown.is_some(), "{law}: it was to be shown");
    assert_eq!(shown.versions, [1, 2, 3, 4, 5], "{law}: it was refused");
    let shown = visited(law, store, stream, Wants::None).await;
    assert_eq!(
        (shown.shown, shown.versions),
        (None, vec![1, 2, 3, 4, 5]),
        "{law}: unwanted"
    );
    let whole = ReadStream::new(stream.clone());
    for (read, versions) in [
        (whole.clone().from(Version::new(2)), vec![2, 3, 4, 5]),
        (whole.backward(), vec![5, 4, 3, 2, 1]),
    ] {
        let visit = store.visit(read, Visitor::new(Wants::Takes));
        let shown = ok(law, "visit", visit.await);
        assert_eq!(
            (shown.shown, shown.versions),
            (None, versions),
            "{law}: not from the first"
        );
    }
}

fn snapshot(stream: &StreamName, version: u64, text: &str) -> NewSnapshot {
    let text = text.to_owned();
    NewSnapshot::new(stream.clone(), Version::new(version), FINGERPRINT, || {
        Ok(text)
    })
}

async fn keep(law: &str, store: &impl Store, stream: &StreamName, version: u64, text: &str) {
    store.keep_snapshot(snapshot(stream, version, text));
    within(law, "keeping a snapshot", store.snapshots_kept()).await;
}

async fn expect(
    law: &str,
    store: &impl Store,
    stream: &StreamName,
    snapshot: Option<(u64, &str)>,
    versions: &[u64],
) {
    let seen = visited(law, store, stream, Wants::Takes).await;
    let shown = snapshot.map(|(version, data)| Shown {
        version: Version::new(version),
        fingerprint: FINGERPRINT,
        data: data.to_owned(),
        is_intact: true,
    });
    assert_eq!(seen.shown, shown, "{law}: the snapshot of {stream}");
    assert_eq!(
        seen.versions, versions,
        "{law}: the events of {stream} behind it"
    );
}

/// What a store that does not say that it keeps snapshots may do.
async fn expect_all_or_rest(
    law: &str,
    store: &impl Store,
    stream: &StreamName,
    at: u64,
    last: u64,
) {
    let seen = visited(law, store, stream, Wants::Takes).await;
    let first = if seen.shown.is_some() { at + 1 } else { 1 };
    assert_eq!(
        seen.versions,
        (first..=last).collect::<Vec<_>>(),
        "{law}: {stream}"
    );
}

async fn versions(law: &str, store: &impl Store, stream: &StreamName) -> Vec<u64> {
    let events = read_stream(law, store, stream).await;
    events.iter().map(|event| event.version.get()).collect()
}

async fn visited(law: &str, store: &impl Store, stream: &StreamName, wants: Wants) -> Visitor {
    let visit = store.visit(ReadStream::new(stream.clone()), Visitor::new(wants));
    let mut visitor = ok(law, "visit", within(law, "a visit", visit).await);
    if let Some(shown) = &mut visitor.shown {
        let snapshot = Snapshot::new(stream, shown.version, shown.fingerprint, &shown.data);
        shown.is_intact = visitor.checksum == snapshot.checksum;
    }
    visitor
}

const FINGERPRINT: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210);

#[derive(Clone, Copy, PartialEq)]
enum Wants {
    Takes,
    Refuses,
    None,
}

#[derive(Debug, PartialEq)]
struct Shown {
    version: Version,
    fingerprint: Uuid,
    data: String,
    is_intact: bool,
}

struct Visitor {
    wants: Wants,
    shown: Option<Shown>,
    checksum: u32,
    versions: Vec<u64>,
}

impl Visitor {
    const fn new(wants: Wants) -> Self {
        Self {
            wants,
            shown: None,
            checksum: 0,
            versions: Vec::new(),
        }
    }
}

impl Visit for Visitor {
    fn wants_snapshot(&self) -> bool {
        self.wants != Wants::None && self.shown.is_none()
    }

    fn restore(&mut self, snapshot: &Snapshot<'_>) -> bool {
        self.checksum = snapshot.checksum;
        self.shown = Some(Shown {
            version: snapshot.version,
            fingerprint: snapshot.fingerprint,
            data: snapshot.data.to_owned(),
            is_intact: false,
        });
        self.wants == Wants::Takes
    }

    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.versions.push(event.version.get());
        ControlFlow::Continue(())
    }
}
