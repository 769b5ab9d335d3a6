//! What generated code calls. Not part of the public interface: it may change in any release.

pub use core::convert::{From, Infallible};
pub use core::option::Option::{self, None, Some};
pub use core::primitive::str;
pub use core::result::Result::{self, Err, Ok};
pub use serde;
pub use std::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::codec::{check_version, decode, decode_unit, decode_variant, encode, encode_variant};

pub use crate::aggregate::{Aggregate, Apply, Create, Emits, FoldError, Starts};
pub use crate::codec::encode_unit;
pub use crate::command::{Changes, Command, Creates, Handle, Mode, MustExist};
pub use crate::event::{DecodeError, DecodeEvent, EncodeError, Event, EventKind};
pub use crate::schema::{Body, Field, Named, Tag, Variant};
pub use crate::schema::{Described, Entry, EventShape, Form, Shape};
pub use crate::schema::{Probe, Seen, Type, probes};
pub use crate::{__type as type_of, Meta, RecordedEvent};

/// A payload that serde can write: a bound that says so in few words where it does not hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement serde's `Serialize`, so it cannot be stored",
    label = "no `Serialize` for `{Self}`",
    note = "derive it beside `Event`: `#[derive(Event, Serialize, Deserialize)]`"
)]
pub trait Encode {
    /// Writes the payload of a struct.
    fn encode(&self, kind: &EventKind, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// Writes the content of an enum's variant.
    fn encode_variant(&self, kind: &EventKind, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Encode for T {
    #[inline]
    fn encode(&self, kind: &EventKind, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode(kind, self, out)
    }

    #[inline]
    fn encode_variant(&self, kind: &EventKind, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode_variant(kind, self, out)
    }
}

/// A payload that serde can read: a bound that says so in few words where it does not hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement serde's `Deserialize`, so it cannot be read back",
    label = "no `Deserialize` for `{Self}`",
    note = "derive it beside `Event`: `#[derive(Event, Serialize, Deserialize)]`"
)]
pub trait Decode<'de>: Sized {
    /// Reads the payload of a struct, if it was stored with the version that is known.
    fn decode(record: &RecordedEvent<'de>, version: u32) -> Result<Option<Self>, DecodeError>;
    /// Reads the content of the variant that serde numbers `index`.
    fn decode_variant(
        record: &RecordedEvent<'de>,
        version: u32,
        index: u32,
    ) -> Result<Option<Self>, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<'de, T: Deserialize<'de>> Decode<'de> for T {
    #[inline]
    fn decode(record: &RecordedEvent<'de>, version: u32) -> Result<Option<Self>, DecodeError> {
        check_version(record, version)?;
        decode(record).map(Some)
    }

    #[inline]
    fn decode_variant(
        record: &RecordedEvent<'de>,
        version: u32,
        index: u32,
    ) -> Result<Option<Self>, DecodeError> {
        check_version(record, version)?;
        decode_variant(record, index).map(Some)
    }
}

/// Reads `unit`, an event without fields.
pub fn decode_unit_as<T>(
    record: &RecordedEvent<'_>,
    version: u32,
    unit: T,
) -> Result<Option<T>, DecodeError> {
    check_version(record, version)?;
    decode_unit(record)?;
    Ok(Some(unit))
}

/// An event that an aggregate lists: the only bound generated code puts on one, so that a type
/// that is not an event is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait Listed<'e>: Sized {
    /// [`Event::KINDS`].
    const KINDS: &'static [EventKind];
    /// [`Event::kind`].
    fn kind(&self) -> &'static EventKind;
    /// [`Event::encode`].
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// [`DecodeEvent::decode`].
    fn decode(record: &RecordedEvent<'e>) -> Result<Option<Self>, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<'e, E: DecodeEvent<'e>> Listed<'e> for E {
    const KINDS: &'static [EventKind] = <E as Event>::KINDS;

    #[inline]
    fn kind(&self) -> &'static EventKind {
        Event::kind(self)
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Event::encode(self, out)
    }

    #[inline]
    fn decode(record: &RecordedEvent<'e>) -> Result<Option<Self>, DecodeError> {
        DecodeEvent::decode(record)
    }
}

/// The state before the first event, of an aggregate that no event creates.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no state to start from",
    label = "no `Default` for `{Self}`, and no `created_by(..)`",
    note = "derive `Default`, or list the event that creates it in `#[aggregate(created_by(..))]`"
)]
pub trait FirstState: Sized {
    /// [`Default::default`].
    fn first_state() -> Self;
}

#[diagnostic::do_not_recommend]
impl<A: Default> FirstState for A {
    #[inline]
    fn first_state() -> Self {
        A::default()
    }
}

/// Stands in for the events of an aggregate whose attribute has a mistake in it.
#[derive(Debug)]
pub enum AnyEvent {}

impl Event for AnyEvent {
    const KINDS: &'static [EventKind] = &[];

    fn kind(&self) -> &'static EventKind {
        match *self {}
    }

    fn encode(&self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match *self {}
    }
}

impl DecodeEvent<'_> for AnyEvent {
    fn decode(_: &RecordedEvent<'_>) -> Result<Option<Self>, DecodeError> {
        Ok(None)
    }
}

/// How many kinds there are in several lists.
pub const fn total(lists: &[&[EventKind]]) -> usize {
    let (mut total, mut list) = (0, 0);
    while list < lists.len() {
        total += lists[list].len();
        list += 1;
    }
    total
}

/// Lists the kinds of several events as one array; `N` is the sum of their lengths.
pub const fn concat_kinds<const N: usize>(lists: &[&[EventKind]]) -> [EventKind; N] {
    let mut all = [EventKind::new("none", 1, &[]); N];
    let mut at = 0;
    let mut list = 0;
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].len() {
            all[at] = lists[list][i];
            at += 1;
            i += 1;
        }
        list += 1;
    }
    all
}

/// Whether no two kinds share a name or an alias: a reader could not tell such two apart.
pub const fn distinct(kinds: &[EventKind]) -> bool {
    let mut i = 0;
    while i < kinds.len() {
        let mut j = i + 1;
        while j < kinds.len() {
            if overlap(&kinds[i], &kinds[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// Whether the stored names of an aggregate's events are [`distinct`], as a type.
#[derive(Debug)]
pub struct Names<const DISTINCT: bool>;

/// Implemented by the names that are distinct.
#[diagnostic::on_unimplemented(
    message = "two events of `{A}` are stored under the same name, so a reader could not tell them apart",
    label = "two of its events share a stored name",
    note = "give each event its own `#[event(name = ..)]`, which no other has among its `alias(..)`"
)]
pub trait Distinct<A> {
    /// That it was checked.
    const CHECKED: ();
}

impl<A> Distinct<A> for Names<true> {
    const CHECKED: () = ();
}

const fn overlap(a: &EventKind, b: &EventKind) -> bool {
    same(a.name, b.name)
        || contains(a.aliases, b.name)
        || contains(b.aliases, a.name)
        || share_alias(a, b)
}

const fn share_alias(a: &EventKind, b: &EventKind) -> bool {
    let mut i = 0;
    while i < a.aliases.len() {
        if contains(b.aliases, a.aliases[i]) {
            return true;
        }
        i += 1;
    }
    false
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if same(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Folds an event that only `created_by` lists.
#[inline]
pub fn fold_create<A: Starts<E>, E>(
    state: &mut Option<A>,
    event: E,
    meta: &Meta<'_>,
) -> Result<(), FoldError> {
    if state.is_some() {
        return Err(FoldError::AlreadyCreated);
    }
    *state = Some(A::create_listed(event, meta));
    Ok(())
}

/// Folds an event that only `events` lists.
#[inline]
pub fn fold_apply<A: Emits<E>, E>(
    state: &mut Option<A>,
    event: E,
    meta: &Meta<'_>,
) -> Result<(), FoldError> {
    if state.is_none() {
        *state = A::initial();
    }
    match state {
        Some(state) => {
            state.apply_listed(event, meta);
            Ok(())
        }
        None => Err(FoldError::NotCreated),
    }
}

/// Folds an event that may create the aggregate or follow.
#[inline]
pub fn fold_either<A: Starts<E> + Emits<E>, E>(
    state: &mut Option<A>,
    event: E,
    meta: &Meta<'_>,
) -> Result<(), FoldError> {
    match state {
        Some(state) => state.apply_listed(event, meta),
        None => *state = Some(A::create_listed(event, meta)),
    }
    Ok(())
}

/// The first state of an aggregate that starts from its default.
#[inline]
pub fn create_from_default<A: Emits<E> + Aggregate, E>(
    mut state: A,
    event: E,
    meta: &Meta<'_>,
) -> A {
    state.apply_listed(event, meta);
    state
}
