//! What generated code calls. Not part of the public interface: it may change in any release.

pub use serde;
pub use std::vec::Vec;

use crate::aggregate::{Emits, Starts};
pub use crate::codec::{
    check_version, decode, decode_unit, decode_variant, encode, encode_unit, encode_variant,
};
use crate::{
    Aggregate, DecodeError, DecodeEvent, EncodeError, Event, EventKind, FoldError, Meta,
    RecordedEvent,
};

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
///
/// # Panics
/// At compile time, if two kinds share a name: a reader could not tell them apart.
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
    assert_distinct(&all);
    all
}

/// Refuses kinds that share a name or an alias.
///
/// # Panics
/// At compile time, if they do.
pub const fn assert_distinct(kinds: &[EventKind]) {
    let mut i = 0;
    while i < kinds.len() {
        let mut j = i + 1;
        while j < kinds.len() {
            assert!(
                !overlap(&kinds[i], &kinds[j]),
                "two events are stored under the same name; a reader could not tell them apart"
            );
            j += 1;
        }
        i += 1;
    }
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
