use super::Subject;
use super::check::{fresh, ok};
use super::events::{Stored, commit, commit_with, new_id, read, read_log, stream};
use super::ledger::check_order;
use crate::store::{Read, ReadStream, ReadStreams, Store};
use crate::{Expected, Page, StreamName, Version};

/// A stream reads in version order, from any version (inclusive), forward and backward, in pages
/// of any size, with the same result; an unknown stream is empty, and distinguishable from an
/// existing one.
///
/// # Panics
/// If the law does not hold.
pub async fn law_14_streams_read_alike_in_any_pages(subject: &impl Subject) {
    const LAW: &str = "law 14";
    let (_log, store) = fresh(LAW, subject).await;
    let (one, other, unknown) = (stream("one"), stream("other"), stream("unknown"));
    for round in 0..9 {
        let turns = [
            (&one, Expected::Any, 3),
            (&other, Expected::Any, 2),
            (&one, Expected::Any, 1),
        ];
        ok(LAW, "append", store.append(commit(&turns)).await);
        if round % 4 == 0 {
            ok(
                LAW,
                "append",
                store.append(commit(&[(&one, Expected::Any, 1)])).await,
            );
        }
    }
    // More than a page takes, whatever its limit.
    let filling = "x".repeat(Page::SOFT_LIMIT / 3);
    let large = stream("large");
    for _ in 0..5 {
        let commit = commit_with(new_id(), &[(&large, Expected::Any, 1)], &filling);
        ok(LAW, "append", store.append(commit).await);
    }

    let log = read_log(LAW, &store).await;
    check_order(LAW, &log);
    for stream in [&one, &other, &large] {
        let events: Vec<Stored> = log
            .iter()
            .filter(|event| event.stream == stream.as_str())
            .cloned()
            .collect();
        check_stream(LAW, &store, stream, &events).await;
    }
    check_stream(LAW, &store, &unknown, &[]).await;
    let version = ok(LAW, "read a version", store.stream_version(&unknown).await);
    assert_eq!(
        version,
        Version::NONE,
        "{LAW}: an unknown stream has no version"
    );
    // An existing one has a version, even where a read of it is empty.
    let past = read(
        LAW,
        &store,
        ReadStream::new(one.clone()).from(Version::new(1_000)),
    )
    .await;
    assert!(past.is_empty(), "{LAW}: nothing is past the end");
    let version = ok(LAW, "read a version", store.stream_version(&one).await);
    assert_eq!(
        version,
        Version::new(39),
        "{LAW}: an existing stream has a version"
    );
    check_several(LAW, &store, &log, [&other, &unknown, &large, &one]).await;
}

async fn check_stream(law: &str, store: &impl Store, stream: &StreamName, events: &[Stored]) {
    let count = events.len();
    for limit in [
        1,
        2,
        3,
        7,
        count.max(2) - 1,
        count.max(1),
        count + 1,
        10_000,
    ] {
        for from in 0..=count as u64 + 2 {
            let read_from = ReadStream::new(stream.clone())
                .from(Version::new(from))
                .limit(limit);
            let forward = read(law, store, read_from).await;
            let expected = &events[(from.saturating_sub(1) as usize).min(count)..];
            assert!(
                forward == expected,
                "{law}: {stream} from {from} in pages of {limit}"
            );

            let read_back = ReadStream::new(stream.clone()).backward();
            let read_back = read_back.from(Version::new(from)).limit(limit);
            let backward = read(law, store, read_back).await;
            let expected = &events[..(from as usize).min(count)];
            assert!(
                backward.iter().eq(expected.iter().rev()),
                "{law}: {stream} back from {from} in pages of {limit}"
            );
        }
        let whole = ReadStream::new(stream.clone()).backward().limit(limit);
        let backward = read(law, store, whole).await;
        assert!(
            backward.iter().eq(events.iter().rev()),
            "{law}: {stream} backward in pages of {limit}"
        );
        let page = store.read(
            Read::from(ReadStream::new(stream.clone()).limit(limit)),
            Page::new(),
        );
        let page = ok(law, "read", page.await);
        assert!(
            page.len() <= limit,
            "{law}: a page of {limit} has {}",
            page.len()
        );
        assert_eq!(
            page.has_more(),
            page.len() < count,
            "{law}: whether more follows a page"
        );
    }
}

/// Several streams read at once: each whole and in order, each once, in pages of any size.
async fn check_several<const N: usize>(
    law: &str,
    store: &impl Store,
    log: &[Stored],
    streams: [&StreamName; N],
) {
    let twice: Vec<StreamName> = streams.iter().chain(&streams).copied().cloned().collect();
    let mut first: Option<Vec<Stored>> = None;
    for limit in [1, 2, 5, 64, 10_000] {
        let events = read(law, store, ReadStreams::new(twice.as_slice()).limit(limit)).await;
        let mut names: Vec<&str> = events.iter().map(|event| event.stream.as_str()).collect();
        names.dedup();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(
            names.len(),
            count,
            "{law}: streams read at once come one after another"
        );
        for stream in streams {
            let name = stream.as_str();
            let own = events.iter().filter(|event| event.stream == name);
            let stored = log.iter().filter(|event| event.stream == name);
            assert!(
                own.eq(stored),
                "{law}: {stream} as one of several, in pages of {limit}"
            );
        }
        let first = first.get_or_insert_with(|| events.clone());
        assert!(
            *first == events,
            "{law}: several streams in pages of {limit}"
        );
    }
    let none = read(law, store, ReadStreams::new([])).await;
    assert!(none.is_empty(), "{law}: no streams have no events");
}
