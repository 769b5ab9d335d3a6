//! What generated code calls. Not part of the public interface: it may change in any release.

pub use core::convert::{From, Infallible};
pub use core::future::Future;
pub use core::marker::Send;
pub use core::ops::FnMut;
pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, str};
pub use core::result::Result::{self, Err, Ok};
pub use serde;
pub use std::vec::Vec;

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

use crate::codec::{decode, decode_unit, decode_variant, encode, encode_variant};

pub use crate::aggregate::{Aggregate, Emits, FoldError, Starts};
pub use crate::codec::{Escapes, encode_unit, other_version};
pub use crate::command::{Changes, Command, Creates, Handle, Mode, MustExist};
pub use crate::decode::{DecodeEvent, Reading, Unread};
pub use crate::event::{EncodeError, Event, EventKind, Split};
pub use crate::folding::{Applied, Created, FirstState, FromDefault, Never};
pub use crate::folding::{fold_apply, fold_create, fold_either, initial};
pub use crate::listing::{Listing, check, check_dropped, concat, flaw, is_read, own, total};
pub use crate::middleware::{Step, in_order, in_order_when_filled_in, may_precede};
pub use crate::query::{Query, answer};
pub use crate::replay::Policy;
pub use crate::requests::{AskError, ByAggregate, ByReadModel, Request, RequestKind};
pub use crate::schema::{Body, Field, Named, Tag, Variant};
pub use crate::schema::{Described, Entry, EventShape, Form, ListedType, Shape};
pub use crate::schema::{Probe, Seen, Type, probes};
pub use crate::snapshot::Snapshots;
pub use crate::sum::{Read, ReadSum, Reader, Sum, Visit};
pub use crate::upcast::{MadeFrom, Old, PartOf, PartsOf, split, step};
pub use crate::{__type as type_of, DecodeError, Meta, RecordedEvent};

/// The kinds of an event.
pub type Kinds = &'static [EventKind];

/// The shapes of an event, or of those of an aggregate.
pub type Shapes = &'static [Entry];

/// A payload that serde can write: a bound that says so in few words where it does not hold.
#[diagnostic::on_unimplemented(
    message = "derive serde's `Serialize` for `{Self}`, so that it can be stored",
    label = "no `Serialize` for `{Self}`",
    note = "write `#[derive(Event, Serialize, Deserialize)]`"
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
    message = "derive serde's `Deserialize` for `{Self}`, so that it can be read back",
    label = "no `Deserialize` for `{Self}`",
    note = "write `#[derive(Event, Serialize, Deserialize)]`"
)]
pub trait Decode<'de>: Sized {
    /// Reads the payload of a struct, if it was stored with the version that is known.
    fn decode(
        record: &RecordedEvent<'de>,
        version: u32,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError>;
    /// Reads the content of the variant that serde numbers `index`.
    fn decode_variant(
        record: &RecordedEvent<'de>,
        version: u32,
        index: u32,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<'de, T: Deserialize<'de>> Decode<'de> for T {
    #[inline]
    fn decode(
        record: &RecordedEvent<'de>,
        version: u32,
        mut take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError> {
        if record.schema_version != version {
            return other_version(record, version, version);
        }
        take(decode(record)?);
        Ok(Reading::Whole)
    }

    #[inline]
    fn decode_variant(
        record: &RecordedEvent<'de>,
        version: u32,
        index: u32,
        mut take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError> {
        if record.schema_version != version {
            return other_version(record, version, version);
        }
        take(decode_variant(record, index)?);
        Ok(Reading::Whole)
    }
}

/// Reads `unit`, an event without fields.
pub fn decode_unit_as<T>(
    record: &RecordedEvent<'_>,
    version: u32,
    unit: T,
    mut take: impl FnMut(T),
) -> Result<Reading, DecodeError> {
    if record.schema_version != version {
        return other_version(record, version, version);
    }
    decode_unit(record)?;
    take(unit);
    Ok(Reading::Whole)
}

/// Takes what the steps from an older version have made.
pub fn upcast<T>(made: Option<T>, mut take: impl FnMut(T)) -> Result<Reading, DecodeError> {
    made.into_iter().for_each(&mut take);
    Ok(Reading::Whole)
}

/// Stands in for the kind of a variant that keeps what is not known: it cannot be stored.
pub const KEPT: &EventKind = &EventKind::new("kept", 1, &[]);

/// An event that an aggregate lists: the only bound generated code puts on one, so that a type
/// that is not an event is one error.
#[diagnostic::on_unimplemented(
    message = "derive `Event` for `{Self}`, which is not an event",
    label = "not an event",
    note = "write `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait Listed<'e>: Sized {
    /// What its reader knows.
    const LISTING: Listing;
    /// Shows itself to `visit`.
    fn show<V: Visit>(&self, visit: V) -> V::Output;
    /// Reads a stored event, if it is one of these.
    fn read_into<S, T: FnMut(S)>(reader: &mut Reader<'_, 'e, T>, into: impl Fn(Self) -> S) -> Read;
}

#[diagnostic::do_not_recommend]
impl<'e, E: DecodeEvent<'e>> Listed<'e> for E {
    const LISTING: Listing = Listing {
        kinds: E::KINDS,
        dropped: E::DROPPED,
        keeps: E::KEEPS,
    };

    #[inline]
    fn show<V: Visit>(&self, visit: V) -> V::Output {
        visit.visit(self)
    }

    #[inline]
    fn read_into<S, T: FnMut(S)>(reader: &mut Reader<'_, 'e, T>, into: impl Fn(Self) -> S) -> Read {
        reader.ask(into)
    }
}

/// A field that holds the id of an aggregate, itself or behind a reference.
#[diagnostic::on_unimplemented(
    message = "make this field a `{Id}`, which is the id of the aggregate: it is a `{Self}`",
    label = "not the id of the aggregate",
    note = "or mark another field with `#[command(id)]`"
)]
pub trait HoldsId<Id> {
    /// The id.
    fn id(&self) -> &Id;
}

#[diagnostic::do_not_recommend]
impl<Id, F: Borrow<Id>> HoldsId<Id> for F {
    #[inline]
    fn id(&self) -> &Id {
        self.borrow()
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
    fn decode_each(_: &RecordedEvent<'_>, _: impl FnMut(Self)) -> Result<Reading, DecodeError> {
        Ok(Reading::Unknown)
    }
}

/// State that can stay in memory: a bound that says so in few words where it does not hold.
#[diagnostic::on_unimplemented(
    message = "derive `Clone` for `{Self}`, which `cached` keeps in memory",
    label = "no `Clone` for `{Self}`",
    note = "each command starts from a copy of the state that is kept"
)]
pub trait Copied: Sized {
    /// [`Clone::clone`].
    fn copied(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<A: Clone> Copied for A {
    fn copied(&self) -> Self {
        self.clone()
    }
}

/// How an aggregate that is `cached` is copied.
pub const fn cached<A: Copied>() -> Option<fn(&A) -> A> {
    Some(A::copied)
}

/// How snapshots of an aggregate are taken.
pub const fn snapshots<A: crate::SnapshotState>(every: u32, version: u32) -> Option<Snapshots<A>> {
    Some(Snapshots::new(every, version))
}
