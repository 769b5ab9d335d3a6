use super::Subject;
use super::check::{fresh, ok};
use super::events::{new_id, read, read_log, read_stream};
use super::ledger::Ledger;
use crate::store::{Filter, ReadLog, ReadStreams, Store};
use crate::{Commit, CommitError, EventType, Expected, NewEvent, StreamName, Timestamp, Version};

/// Invalid stream names, type names, payloads that are not JSON, NUL and over-long names are typed
/// errors before anything is sent; the longest and strangest valid names are stored as they are.
///
/// # Panics
/// If the law does not hold.
pub async fn law_11_invalid_input_is_refused(subject: &impl Subject) {
    const LAW: &str = "law 11";
    let (_log, store) = fresh(LAW, subject).await;
    refuse_names(LAW);
    let commit = refuse_payloads(LAW);
    let mut ledger = Ledger::new(LAW);
    let answer = ok(
        LAW,
        "append what was not refused",
        store.append(commit.clone()).await,
    );
    ledger.acknowledged(commit, answer);
    ledger.check(&store).await;

    let names = strange_names(LAW);
    for (stream, event_type) in &names {
        let mut commit = Commit::new(new_id());
        let turn = commit.to(stream.clone(), Expected::NoStream);
        ok(LAW, "add an event", turn.raw(event(event_type, "{}", "{}")));
        let answer = ok(
            LAW,
            "append to a strange name",
            store.append(commit.clone()).await,
        );
        ledger.acknowledged(commit, answer);
    }
    ledger.check(&store).await;
    find_by_name(LAW, &store, &names).await;
}

#[track_caller]
fn refuse_names(law: &str) {
    let (long_category, long_key) = ("c".repeat(65), "k".repeat(193));
    let streams = [
        ("", "1"),
        ("a b", "1"),
        ("a-b", "1"),
        ("1a", "1"),
        ("é", "1"),
        ("a'", "1"),
        (&long_category, "1"),
        ("a", ""),
        ("a", "\0"),
        ("a", "line\nbreak"),
        ("a", "del\u{7f}"),
        ("a", &long_key),
    ];
    for (category, key) in streams {
        let name = StreamName::new(category, key);
        assert!(
            name.is_err(),
            "{law}: the name of a stream can be {category:?}, {key:?}"
        );
    }
    for name in ["", "nodash", "-", "a-", "-1", "a\0-1"] {
        assert!(
            StreamName::parse(name).is_err(),
            "{law}: the name of a stream can be {name:?}"
        );
    }
    let long_type = "t".repeat(129);
    for name in ["", "1a", "a b", "a\0", "é", "a'", "a\n", "a/b", &long_type] {
        assert!(
            EventType::parse(name).is_err(),
            "{law}: the name of a type can be {name:?}"
        );
    }
}

/// Tries what must not go into a commit; the commit that is left has one event.
#[track_caller]
fn refuse_payloads(law: &str) -> Commit {
    let happened = EventType::from_static("conformance.happened");
    let stream = ok(
        law,
        "name a stream",
        StreamName::new("conformance", "valid"),
    );
    let mut commit = Commit::new(new_id());
    let other_id = NewEvent {
        id: Some(new_id().get()),
        ..event(&happened, "{}", "{}")
    };
    let refused = commit.to(stream.clone(), Expected::Any).raw(other_id);
    assert!(
        matches!(refused, Err(CommitError::FirstEventId { .. })),
        "{law}: a first event with another id than its commit gave {refused:?}"
    );
    let turn = commit.to(stream.clone(), Expected::Any);
    ok(
        law,
        "add an event",
        turn.raw(event(&happened, r#"{"valid":true}"#, "{}")),
    );
    let bytes = commit.bytes();

    for data in [
        "",
        " ",
        "{",
        "{}}",
        "[1,]",
        "{'a':1}",
        "\"\0\"",
        "\"\n\"",
        "NaN",
        "01",
        "\u{feff}{}",
        "1 2",
    ] {
        let refused = commit
            .to(stream.clone(), Expected::Any)
            .raw(event(&happened, data, "{}"));
        assert!(
            matches!(refused, Err(CommitError::Payload { .. })),
            "{law}: the payload {data:?} gave {refused:?}"
        );
    }
    for metadata in [
        "",
        "null",
        "[]",
        "1",
        "\"{}\"",
        "{",
        "{\"a\":\"\0\"}",
        "{} {}",
    ] {
        let refused = commit
            .to(stream.clone(), Expected::Any)
            .raw(event(&happened, "{}", metadata));
        assert!(
            matches!(refused, Err(CommitError::Metadata { .. })),
            "{law}: the metadata {metadata:?} gave {refused:?}"
        );
    }
    let version_zero = NewEvent {
        schema_version: 0,
        ..event(&happened, "{}", "{}")
    };
    let refused = commit.to(stream, Expected::Any).raw(version_zero);
    assert!(
        matches!(refused, Err(CommitError::SchemaVersion)),
        "{law}: the schema version 0 gave {refused:?}"
    );
    assert_eq!(
        (commit.len(), commit.bytes()),
        (1, bytes),
        "{law}: what is refused leaves no trace"
    );
    commit
}

fn strange_names(law: &str) -> Vec<(StreamName, EventType)> {
    let (longest_category, longest_key) = ("C".repeat(64), "漢".repeat(64));
    let longest_type = format!("t{}", "-".repeat(127));
    [
        (
            longest_category.as_str(),
            longest_key.as_str(),
            longest_type.as_str(),
        ),
        ("a", "'; DROP TABLE pericarp_events; --", "a:b"),
        ("a", "%", "a.b_c-d:e"),
        ("a", "_", "A"),
        ("a", "\"quoted\" `ticked` [bracketed]", "a"),
        ("a", "?1 :name @name $name \\ \u{a0}", "a"),
        ("a", " leading and trailing ", "a"),
        ("a", "Case", "a"),
        ("a", "case", "a"),
        ("A", "case", "a"),
        ("a", "e\u{301}", "a"),
        ("a", "é", "a"),
        ("a", "-", "a"),
        ("a", "007", "a"),
        ("a", "7", "a"),
        ("a", "7.0", "a"),
        ("a.b_c", "x-y-z", "a"),
    ]
    .map(|(category, key, event_type)| {
        (
            ok(law, "name a stream", StreamName::new(category, key)),
            ok(law, "name a type", EventType::parse(event_type)),
        )
    })
    .into()
}

/// No name is taken for another.
async fn find_by_name(law: &str, store: &impl Store, names: &[(StreamName, EventType)]) {
    let log = read_log(law, store).await;
    for (stream, event_type) in names {
        let stored = read_stream(law, store, stream).await;
        assert_eq!(stored.len(), 1, "{law}: events in {stream:?}");
        let version = ok(law, "read a version", store.stream_version(stream).await);
        assert_eq!(version, Version::FIRST, "{law}: version of {stream:?}");
        let several = read(law, store, ReadStreams::new([stream.clone()])).await;
        assert_eq!(several, stored, "{law}: {stream:?} read as one of several");
        let by_stream = ReadLog::all().filter(Filter::default().stream(stream.clone()));
        assert_eq!(
            read(law, store, by_stream).await,
            stored,
            "{law}: {stream:?} by filter"
        );

        let by_type = Filter::default().event_type(event_type.clone());
        let found = read(law, store, ReadLog::all().filter(by_type)).await;
        let typed = log
            .iter()
            .filter(|event| event.event_type == event_type.as_str());
        assert!(typed.eq(&found), "{law}: type {event_type:?} by filter");
        let by_category = Filter::default().category(stream.category());
        let found = read(law, store, ReadLog::all().filter(by_category)).await;
        let prefix = format!("{}-", stream.category());
        let in_category = log.iter().filter(|event| event.stream.starts_with(&prefix));
        assert!(
            in_category.eq(&found),
            "{law}: category {:?} by filter",
            stream.category()
        );
    }
}

fn event<'a>(event_type: &'a EventType, data: &'a str, metadata: &'a str) -> NewEvent<'a> {
    NewEvent {
        id: None,
        event_type,
        schema_version: 1,
        occurred_at: Timestamp::EPOCH,
        data,
        metadata,
    }
}
