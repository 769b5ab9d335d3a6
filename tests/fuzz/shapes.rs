//! Events of every shape, and in older versions.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pericarp::{Event, RecordedEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Plain fields.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.plain")]
pub(crate) struct Plain {
    /// Any number.
    pub(crate) signed: i64,
    /// Beyond what a double holds.
    pub(crate) unsigned: u64,
    /// Beyond what most readers hold.
    pub(crate) wide: i128,
    /// Any text, with all escapes.
    pub(crate) text: String,
    /// One character.
    pub(crate) letter: char,
    /// Added later.
    #[serde(default)]
    pub(crate) flag: Option<bool>,
    /// Left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A fraction.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.fraction")]
pub(crate) struct Fraction(pub(crate) f64, pub(crate) f32);

/// One value.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.newtype")]
pub(crate) struct Newtype(pub(crate) Vec<Option<u8>>);

/// Nothing.
#[derive(Event, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
#[event(name = "shape.unit")]
pub(crate) struct Unit;

/// Structs in structs.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.nested")]
pub(crate) struct Nested {
    /// One.
    pub(crate) one: Part,
    /// Some.
    pub(crate) some: Vec<Part>,
    /// Their names among its own.
    #[serde(flatten)]
    pub(crate) among: Among,
}

/// A part of an event.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Part {
    /// Nothing more.
    Empty,
    /// A pair.
    Pair {
        /// One of it.
        left: u8,
        /// The other.
        right: String,
    },
}

/// Fields of another struct.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(crate) struct Among {
    /// A field.
    pub(crate) depth: u32,
}

/// Keys that are texts and numbers.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.mapped")]
pub(crate) struct Mapped {
    /// By text.
    pub(crate) texts: BTreeMap<String, i32>,
    /// By number.
    pub(crate) numbers: BTreeMap<u64, Option<bool>>,
}

/// A type parameter.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "shape.generic")]
pub(crate) struct Generic<T, const N: usize> {
    /// Of any type.
    pub(crate) value: T,
}

/// What borrows.
#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "shape.borrowed")]
pub(crate) struct Borrowed<'a> {
    /// Where it can.
    #[serde(borrow)]
    pub(crate) text: Cow<'a, str>,
    /// Always.
    #[event(no_escapes)]
    pub(crate) word: &'a str,
    /// As it is.
    #[serde(borrow)]
    pub(crate) raw: &'a RawValue,
}

/// Variants of each shape, older ones, and what is not known.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(dropped("choice.dropped"))]
pub(crate) enum Choice<'a, T> {
    /// Of a later build.
    #[event(newer)]
    #[serde(skip)]
    Later(RecordedEvent<'a>),
    /// Nothing.
    #[event(name = "choice.unit")]
    Unit,
    /// One value.
    #[event(name = "choice.newtype", alias("choice.wrapped"))]
    Newtype(T),
    /// Fields.
    #[event(
        name = "choice.fields",
        version = 3,
        upcast(2 => FieldsV2<'_>),
        split_from("choice.both", 1 => Both<'_>)
    )]
    Fields {
        /// Where it can.
        #[serde(borrow)]
        text: Cow<'a, str>,
        /// May be missing.
        #[serde(default)]
        count: Option<u32>,
    },
    /// A word.
    #[event(name = "choice.word", split_from("choice.both", 1 => Both<'_>))]
    Word(#[event(no_escapes)] &'a str),
}

/// Before there was a count.
#[derive(Deserialize)]
pub(crate) struct FieldsV2<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a, T> From<FieldsV2<'a>> for Choice<'a, T> {
    fn from(old: FieldsV2<'a>) -> Self {
        Self::Fields {
            text: old.0,
            count: None,
        }
    }
}

/// Two in one.
#[derive(Deserialize)]
pub(crate) struct Both<'a> {
    word: Option<&'a str>,
    text: Option<String>,
}

impl<'a, T> From<Both<'a>> for Vec<Choice<'a, T>> {
    fn from(old: Both<'a>) -> Self {
        let word = old.word.map(Choice::Word);
        let fields = old.text.map(|text| Choice::Fields {
            text: text.into(),
            count: Some(0),
        });
        word.into_iter().chain(fields).collect()
    }
}

/// A number of cents; euros, as text or a pair, in older versions.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(
    name = "evolved",
    version = 4,
    alias("evolved.before"),
    upcast(2 => EvolvedV2, 3 => EvolvedV3),
    split_from("evolved.from", 1 => EvolvedV2, 2 => EvolvedV3)
)]
pub(crate) struct Evolved {
    /// As they are.
    pub(crate) cents: i64,
}

/// A text.
#[derive(Deserialize)]
pub(crate) struct EvolvedV2(String);

/// Euros and cents.
#[derive(Deserialize)]
pub(crate) struct EvolvedV3 {
    euros: i64,
    #[serde(default)]
    cents: u8,
}

impl TryFrom<EvolvedV2> for EvolvedV3 {
    type Error = std::num::ParseIntError;

    fn try_from(old: EvolvedV2) -> Result<Self, Self::Error> {
        Ok(Self {
            euros: old.0.parse()?,
            cents: 0,
        })
    }
}

impl TryFrom<EvolvedV3> for Evolved {
    type Error = &'static str;

    fn try_from(old: EvolvedV3) -> Result<Self, &'static str> {
        let cents = old.euros.checked_mul(100);
        let cents = cents.and_then(|cents| cents.checked_add(i64::from(old.cents)));
        Ok(Self {
            cents: cents.ok_or("too much money")?,
        })
    }
}

impl TryFrom<EvolvedV3> for Option<Evolved> {
    type Error = &'static str;

    fn try_from(old: EvolvedV3) -> Result<Self, &'static str> {
        if old.euros == 0 {
            return Ok(None);
        }
        Evolved::try_from(old).map(Some)
    }
}
