//! What a payload borrows from the stored bytes, and what happens where JSON escapes a text.

use std::borrow::Cow;
use std::marker::PhantomData;

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::{
    Commit, CommitId, Context, DecodeEvent, Expected, Ids, Page, Pericarp, Position, RandomIds,
    RecordedEvent, StreamName, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Event, Serialize, Deserialize, Debug)]
#[event(name = "note.taken")]
struct Taken<'a> {
    /// Borrowed where it can be.
    #[serde(borrow)]
    text: Cow<'a, str>,
    /// Borrowed, and never escaped.
    #[event(no_escapes)]
    topic: &'a str,
    /// Not looked at.
    #[serde(borrow)]
    extra: Option<&'a RawValue>,
    #[event(no_escapes)]
    #[serde(borrow)]
    tags: Vec<&'a str>,
    #[event(owned)]
    author: Cow<'a, str>,
    #[serde(skip)]
    of: PhantomData<&'a str>,
}

#[derive(Event, Serialize, Deserialize, Debug)]
enum Filing<'a> {
    #[event(name = "note.filed")]
    Filed {
        #[event(no_escapes)]
        r#in: &'a str,
        #[serde(borrow)]
        why: Cow<'a, str>,
    },
    #[event(name = "note.tagged")]
    Tagged(#[event(no_escapes)] &'a str),
    #[event(name = "note.quoted")]
    Quoted(#[serde(borrow)] &'a RawValue),
    #[event(name = "note.burnt")]
    Burnt,
}

const ESCAPED: [&str; 6] = ["\"", "\\", "\n", "\u{1}", "a \"b\" c", "\t"];
const PLAIN: [&str; 5] = ["", "Ann", "é – ✓", "/", "\u{7f}\u{2028}"];

fn record<'a>(event_type: &'a str, data: &'a str) -> RecordedEvent<'a> {
    RecordedEvent {
        id: Uuid::nil(),
        event_type,
        schema_version: 1,
        stream: "note-1",
        version: Version::FIRST,
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    }
}

fn encoded(event: &impl Event) -> Result<String, String> {
    let mut out = Vec::new();
    match event.encode(&mut out) {
        Ok(()) => Ok(String::from_utf8(out).unwrap()),
        Err(error) => Err(error.source.to_string()),
    }
}

fn taken(text: &'static str, topic: &'static str) -> Taken<'static> {
    Taken {
        text: text.into(),
        topic,
        extra: None,
        tags: vec![],
        author: "Bob".into(),
        of: PhantomData,
    }
}

fn is_within(outer: &str, inner: &str) -> bool {
    outer.as_bytes().as_ptr_range().contains(&inner.as_ptr())
}

#[test]
fn each_kind_of_field_borrows_what_it_can() {
    let json =
        r#"{"text":"plain","topic":"t","extra":{"a" : [1, "\n"]},"tags":["x","y"],"author":"Bob"}"#;
    let taken = Taken::decode(&record("note.taken", json))
        .unwrap()
        .next()
        .unwrap();
    assert!(matches!(taken.text, Cow::Borrowed(text) if is_within(json, text)));
    assert!(is_within(json, taken.topic));
    assert_eq!(taken.extra.map(RawValue::get), Some(r#"{"a" : [1, "\n"]}"#));
    assert!(is_within(json, taken.extra.unwrap().get()));
    assert!(taken.tags.iter().all(|tag| is_within(json, tag)));
    assert!(matches!(taken.author, Cow::Owned(_)));

    let json = r#"{"in":"drawer","why":"it was\nlate"}"#;
    let event = Filing::decode(&record("note.filed", json))
        .unwrap()
        .next()
        .unwrap();
    assert!(
        matches!(event, Filing::Filed { r#in: "drawer", why: Cow::Owned(why) } if why == "it was\nlate")
    );
    let json = r#"{"b":2, "a":1.50}"#;
    let event = Filing::decode(&record("note.quoted", json))
        .unwrap()
        .next()
        .unwrap();
    assert!(
        matches!(event, Filing::Quoted(raw) if is_within(json, raw.get()) && raw.get() == json)
    );
    assert_eq!(encoded(&event).unwrap(), json);
}

#[test]
fn a_text_that_is_escaped_is_refused_where_it_could_not_be_read_back() {
    for text in PLAIN {
        let json = encoded(&taken(text, text)).unwrap();
        let read = Taken::decode(&record("note.taken", &json))
            .unwrap()
            .next()
            .unwrap();
        assert_eq!((&*read.text, read.topic), (text, text));
        encoded(&Filing::Tagged(text)).unwrap();
    }
    for text in ESCAPED {
        // A `Cow` holds any text, and does not make the others suspect.
        let json = encoded(&taken(text, "t")).unwrap();
        let read = Taken::decode(&record("note.taken", &json))
            .unwrap()
            .next()
            .unwrap();
        assert_eq!(read.text, text);
        assert!(
            encoded(&Filing::Filed {
                r#in: "t",
                why: text.into()
            })
            .is_ok()
        );

        let error = encoded(&taken("plain", text)).unwrap_err();
        assert!(error.starts_with("`topic` has a quotation mark"), "{error}");
        let mut tagged = taken("plain", "t");
        tagged.tags = vec!["a", text];
        assert!(encoded(&tagged).unwrap_err().starts_with("`tags` has"));
        let filed = Filing::Filed {
            r#in: text,
            why: "".into(),
        };
        assert!(encoded(&filed).unwrap_err().starts_with("`in` has"));
        assert!(
            encoded(&Filing::Tagged(text))
                .unwrap_err()
                .starts_with("`0` has")
        );
        let json = serde_json::to_string(text).unwrap();
        let error = Filing::decode(&record("note.tagged", &json)).unwrap_err();
        assert_eq!(error.code(), "event.payload");
    }
    assert_eq!(encoded(&Filing::Burnt).unwrap(), "{}");
}

#[test]
fn what_was_in_the_buffer_before_is_not_suspect() {
    let mut out = br#"{"earlier":"\n"}"#.to_vec();
    taken("plain", "t").encode(&mut out).unwrap();
    assert!(out.len() > 16);
}

#[derive(Aggregate, Default)]
#[aggregate(category = "note", id = u64, error = std::fmt::Error, events(Taken<'_>, Filing<'_>))]
struct Note {
    topics: Vec<String>,
}

impl Apply<Taken<'_>> for Note {
    fn apply(&mut self, event: Taken<'_>, _: &Meta<'_>) {
        self.topics.push(event.topic.into());
    }
}

impl Apply<Filing<'_>> for Note {
    fn apply(&mut self, _: Filing<'_>, _: &Meta<'_>) {}
}

/// An event that was acknowledged could make its whole stream unreadable: a `&str` was written
/// with a quotation mark in it, and could not be read back.
#[tokio::test]
async fn nothing_is_stored_that_makes_a_stream_unreadable() {
    let app = Pericarp::new(MemoryStore::new());
    let mut note = Root::<Note>::empty(1);
    note.emit(taken("a \"text\"", "t"));
    app.repository().save(&mut note).await.unwrap();
    note.emit(taken("", "a \"topic\""));
    assert_eq!(note.topics, ["t"]);
    let error = app.repository().save(&mut note).await.unwrap_err();
    assert_eq!(error.code(), "event.encode");

    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let stream = StreamName::new("note", 1).unwrap();
    let turn = commit.to(stream, Expected::Any);
    assert!(turn.event(&taken("", "\\"), &Context::default()).is_err());

    let page = app
        .store()
        .read(ReadLog::all().into(), Page::new())
        .await
        .unwrap();
    assert_eq!(page.decode::<Taken<'_>>().filter(Result::is_ok).count(), 1);
    assert_eq!(app.load::<Note>(&1).await.unwrap().unwrap().topics, ["t"]);
}
