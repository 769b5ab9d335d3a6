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

use serde::{Deserialize, Serialize};

use crate::codec::{decode, decode_unit, decode_variant, encode, encode_variant};

pub use crate::aggregate::{Aggregate, Apply, Create, Emits, FoldError, Starts};
pub use crate::codec::{Escapes, encode_unit, other_version};
pub use crate::command::{Changes, Command, Creates, Handle, Mode, MustExist};
pub use crate::decode::{DecodeEvent, Reading, Unread};
pub use crate::event::{EncodeError, Event, EventKind, Split};
pub use crate::listing::{
    Listing, check, check_dropped, closed, concat_kinds, distinct, is_read, split_alike, total,
};
pub use crate::middleware::{Step, in_order, in_order_when_filled_in, may_precede};
pub use crate::query::{Query, answer};
pub use crate::replay::Policy;
pub use crate::requests::{AskError, ByAggregate, ByReadModel, Request, RequestKind};
pub use crate::schema::{Body, Field, Named, Tag, Variant};
pub use crate::schema::{Described, Entry, EventShape, Form, Shape};
pub use crate::schema::{Probe, Seen, Type, probes};
pub use crate::upcast::{MadeFrom, Old, PartOf, PartsOf, split, step};
pub use crate::{__type as type_of, DecodeError, Meta, RecordedEvent};

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
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait Listed<'e>: Sized {
    /// What its reader knows.
    const LISTING: Listing;
    /// [`Event::kind`].
    fn kind(&self) -> &'static EventKind;
    /// [`Event::encode`].
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// [`DecodeEvent::decode_each`].
    fn decode_each(
        record: &RecordedEvent<'e>,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<'e, E: DecodeEvent<'e>> Listed<'e> for E {
    const LISTING: Listing = Listing {
        kinds: E::KINDS,
        dropped: E::DROPPED,
        keeps: E::KEEPS,
    };

    #[inline]
    fn kind(&self) -> &'static EventKind {
        Event::kind(self)
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Event::encode(self, out)
    }

    #[inline]
    fn decode_each(
        record: &RecordedEvent<'e>,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError> {
        DecodeEvent::decode_each(record, take)
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
    fn decode_each(_: &RecordedEvent<'_>, _: impl FnMut(Self)) -> Result<Reading, DecodeError> {
        Ok(Reading::Unknown)
    }
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
