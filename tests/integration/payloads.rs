//! Random events of every shape: what is written is what is read, through each store.

use pericarp::store::Read;
use pericarp::{
    Commit, CommitId, Context, DecodeEvent, Event, Expected, Ids, Page, RandomIds, RecordedEvent,
    StreamName,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::value::RawValue;

use crate::on_every_store::on_every_store;
use crate::readers::{
    Among, Borrowed, Choice, Evolved, Fraction, Generic, Mapped, Nested, Newtype, Part, Plain,
    Unit, read,
};

/// An event of one of the shapes, without what it would borrow.
#[derive(Clone, Debug)]
enum Sample {
    Plain(Plain),
    Fraction(Fraction),
    Newtype(Newtype),
    Unit,
    Nested(Nested),
    Mapped(Mapped),
    Generic(Generic<Vec<Option<i16>>, 3>),
    Borrowed(String, String, Box<RawValue>),
    Chosen(Chosen),
    Evolved(Evolved),
}

#[derive(Clone, Debug)]
enum Chosen {
    Unit,
    Newtype(u8),
    Fields(String, Option<u32>),
    Word(String),
}

impl Chosen {
    fn event(&self) -> Choice<'_, u8> {
        match self {
            Self::Unit => Choice::Unit,
            Self::Newtype(value) => Choice::Newtype(*value),
            Self::Fields(text, count) => Choice::Fields {
                text: text.into(),
                count: *count,
            },
            Self::Word(word) => Choice::Word(word),
        }
    }
}

/// What is done with an event, whatever its type is.
trait With {
    type Answer;
    fn with<E: Event>(self, event: &E) -> Self::Answer;
}

impl Sample {
    fn with<W: With>(&self, what: W) -> W::Answer {
        match self {
            Self::Plain(event) => what.with(event),
            Self::Fraction(event) => what.with(event),
            Self::Newtype(event) => what.with(event),
            Self::Unit => what.with(&Unit),
            Self::Nested(event) => what.with(event),
            Self::Mapped(event) => what.with(event),
            Self::Generic(event) => what.with(event),
            Self::Borrowed(text, word, raw) => what.with(&Borrowed {
                text: text.into(),
                word,
                raw,
            }),
            Self::Chosen(chosen) => what.with(&chosen.event()),
            Self::Evolved(event) => what.with(event),
        }
    }

    /// Whether a stored event is this one, and nothing else.
    fn is(&self, record: &RecordedEvent<'_>) -> bool {
        match self {
            Self::Plain(event) => is_only(record, event),
            Self::Fraction(event) => is_only(record, event),
            Self::Newtype(event) => is_only(record, event),
            Self::Unit => is_only(record, &Unit),
            Self::Nested(event) => is_only(record, event),
            Self::Mapped(event) => is_only(record, event),
            Self::Generic(event) => is_only(record, event),
            Self::Borrowed(text, word, raw) => {
                let event: Borrowed<'_> = only(record);
                event.text == *text && event.word == word && event.raw.get() == raw.get()
            }
            Self::Chosen(chosen) => is_only(record, &chosen.event()),
            Self::Evolved(event) => is_only(record, event),
        }
    }
}

#[track_caller]
fn is_only<'a, E: DecodeEvent<'a> + PartialEq>(record: &RecordedEvent<'a>, event: &E) -> bool {
    only::<E>(record) == *event
}

#[track_caller]
fn only<'a, E: DecodeEvent<'a>>(record: &RecordedEvent<'a>) -> E {
    let mut events = E::decode(record).unwrap();
    assert_eq!(events.len(), 1);
    events.next().unwrap()
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        Just(Part::Empty),
        (any::<u8>(), any::<String>()).prop_map(|(left, right)| Part::Pair { left, right }),
    ]
}

fn finite() -> impl Strategy<Value = (f64, f32)> {
    (any::<f64>(), any::<f32>()).prop_filter("JSON has no such number", |(a, b)| {
        a.is_finite() && b.is_finite()
    })
}

/// A text that JSON does not escape.
fn word() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| {
        text.chars()
            .filter(|c| !matches!(c, '"' | '\\') && *c >= ' ')
            .collect()
    })
}

fn raw() -> impl Strategy<Value = Box<RawValue>> {
    let json = prop_oneof![
        any::<i64>().prop_map(|number| format!(r#"{{"a" :[ {number},{number}.50 ]}}"#)),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(String::from("null")),
    ];
    json.prop_map(|json| RawValue::from_string(json).unwrap())
}

fn plain() -> impl Strategy<Value = Plain> {
    let numbers = (any::<i64>(), any::<u64>(), any::<i128>());
    let rest = (any::<String>(), any::<char>(), any::<Option<bool>>());
    (numbers, rest, any::<Option<String>>()).prop_map(
        |((signed, unsigned, wide), (text, letter, flag), note)| Plain {
            signed,
            unsigned,
            wide,
            text,
            letter,
            flag,
            note,
        },
    )
}

fn chosen() -> impl Strategy<Value = Chosen> {
    prop_oneof![
        Just(Chosen::Unit),
        any::<u8>().prop_map(Chosen::Newtype),
        (any::<String>(), any::<Option<u32>>()).prop_map(|(text, n)| Chosen::Fields(text, n)),
        word().prop_map(Chosen::Word),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    use proptest::collection::{btree_map, vec};
    let some = vec(part(), 0..4);
    let nested = (part(), some, any::<u32>()).prop_map(|(one, some, depth)| Nested {
        one,
        some,
        among: Among { depth },
    });
    let texts = btree_map(any::<String>(), any::<i32>(), 0..4);
    let numbers = btree_map(any::<u64>(), any::<Option<bool>>(), 0..4);
    let mapped = (texts, numbers).prop_map(|(texts, numbers)| Mapped { texts, numbers });
    let generic = vec(any::<Option<i16>>(), 0..4).prop_map(|value| Generic { value });
    prop_oneof![
        plain().prop_map(Sample::Plain),
        finite().prop_map(|(a, b)| Sample::Fraction(Fraction(a, b))),
        vec(any::<Option<u8>>(), 0..4).prop_map(|all| Sample::Newtype(Newtype(all))),
        Just(Sample::Unit),
        nested.prop_map(Sample::Nested),
        mapped.prop_map(Sample::Mapped),
        generic.prop_map(Sample::Generic),
        (any::<String>(), word(), raw())
            .prop_map(|(text, word, raw)| Sample::Borrowed(text, word, raw)),
        chosen().prop_map(Sample::Chosen),
        any::<i64>().prop_map(|cents| Sample::Evolved(Evolved { cents })),
    ]
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// An input of the readers: what names the event, and what is stored of it.
struct Input;

impl With for Input {
    type Answer = String;

    fn with<E: Event>(self, event: &E) -> String {
        let mut input = format!("{} {}\n", event.kind().name, event.kind().version).into_bytes();
        event.encode(&mut input).unwrap();
        String::from_utf8(input).unwrap()
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn what_is_written_is_what_is_read(sample in sample()) {
        let input = sample.with(Input);
        let record = crate::readers::record(input.as_bytes()).unwrap();
        prop_assert!(sample.is(&record), "{}", input);
        // As its own event, and as nothing else.
        prop_assert_eq!(read(input.as_bytes()), 1);
    }

    #[test]
    fn a_payload_with_changed_bytes_is_read_or_refused(
        sample in sample(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..5),
    ) {
        let mut input = sample.with(Input).into_bytes();
        let head = input.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for (index, byte, change) in changes {
            let at = head + index.index(input.len() - head + 1);
            match change {
                0 => input.insert(at, byte),
                1 if at < input.len() => drop(input.remove(at)),
                _ if at < input.len() => input[at] = byte,
                _ => {}
            }
        }
        // Stores hold text, so what is no text stands for one that is.
        let input = String::from_utf8_lossy(&input);
        prop_assert!(read(input.as_bytes()) <= 2);
    }
}

/// Adds an event to a commit.
struct Add<'c>(&'c mut Commit, StreamName);

impl With for Add<'_> {
    type Answer = ();

    fn with<E: Event>(self, event: &E) {
        let turn = self.0.to(self.1, Expected::Any);
        turn.event(event, &Context::default()).unwrap();
    }
}

/// Commits on each store.
const CASES: u32 = 24;

on_every_store! {
    async fn what_is_stored_is_what_is_read(store) {
        let mut runner = TestRunner::new(config(CASES));
        let samples = proptest::collection::vec(sample(), 1..60);
        for _ in 0..CASES {
            let samples = samples.new_tree(&mut runner).unwrap().current();
            let id = CommitId::new(RandomIds.next());
            let mut commit = Commit::new(id);
            for sample in &samples {
                sample.with(Add(&mut commit, StreamName::new("shape", 1).unwrap()));
            }
            store.append(commit).await.unwrap();
            let page = store.read(Read::Commit(id), Page::new()).await.unwrap();
            assert_eq!(page.len(), samples.len());
            for (sample, record) in samples.iter().zip(page.events()) {
                assert!(sample.is(&record), "{sample:?} is not {}", record.data);
            }
        }
    }
}
