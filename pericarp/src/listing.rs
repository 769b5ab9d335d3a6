//! What several events that are listed together know, and whether they can be told apart.
//!
//! All of it runs while the user's crate is compiled.

use std::marker::PhantomData;

use crate::schema::{Described, Entry};
use crate::{Aggregate, DecodeEvent, Event, EventKind, Split};

/// A type of event that is listed, and what its reader knows.
#[derive(Debug)]
pub struct Listing {
    /// The type, as it was written.
    pub written: &'static str,
    /// Its shapes, if it describes itself.
    pub shapes: Shapes,
    /// The kinds it reads.
    pub kinds: &'static [EventKind],
    /// The names it drops.
    pub dropped: &'static [&'static str],
    /// Whether it keeps what it does not know.
    pub keeps: bool,
}

impl Listing {
    /// What the reader of `E` knows.
    pub(crate) const fn of<'e, E: DecodeEvent<'e>>() -> Self {
        Self {
            written: "",
            shapes: None,
            kinds: E::KINDS,
            dropped: E::DROPPED,
            keeps: E::KEEPS,
        }
    }

    /// Says what it lists.
    #[must_use]
    pub const fn named(self, written: &'static str, shapes: Shapes) -> Self {
        Self {
            written,
            shapes,
            ..self
        }
    }
}

/// The shapes of a type, if it describes itself.
type Shapes = Option<&'static [Entry]>;

/// Lists the one enum of an aggregate.
pub const fn own<A: Aggregate>(written: &'static str, shapes: Shapes) -> Listing {
    Listing::of::<A::Event<'static>>().named(written, shapes)
}

/// How many kinds there are in several lists.
pub const fn total(lists: &[Listing]) -> usize {
    let (mut total, mut list) = (0, 0);
    while list < lists.len() {
        total += lists[list].kinds.len();
        list += 1;
    }
    total
}

/// Lists the kinds of several events as one array; `N` is the sum of their lengths.
pub const fn concat<const N: usize>(lists: &[Listing]) -> [EventKind; N] {
    let mut all = [EventKind::new("none", 1, &[]); N];
    let mut at = 0;
    let mut list = 0;
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].kinds.len() {
            all[at] = lists[list].kinds[i];
            at += 1;
            i += 1;
        }
        list += 1;
    }
    all
}

/// Which of the flaws below several lists have, if any: see [`Sound`].
pub const fn flaw(lists: &[Listing]) -> u8 {
    if !distinct(lists) {
        SHARED_NAME
    } else if !closed(lists) {
        KEEPS_OTHERS
    } else if !split_alike(lists) {
        SPLIT_UNLIKE
    } else {
        NONE
    }
}

const NONE: u8 = 0;
const SHARED_NAME: u8 = 1;
const KEEPS_OTHERS: u8 = 2;
const SPLIT_UNLIKE: u8 = 3;

/// Whether no stored name is claimed twice: a reader could not tell such two events apart. Only
/// names of events that are split are shared, by those who take a part.
const fn distinct(lists: &[Listing]) -> bool {
    let mut i = 0;
    while i < lists.len() {
        let mut j = 0;
        while j < lists.len() {
            if (i < j && kinds_overlap(lists[i].kinds, lists[j].kinds))
                || any_read(lists[i].dropped, lists[j].kinds)
            {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// Whether no event keeps what others know.
const fn closed(lists: &[Listing]) -> bool {
    let mut i = 0;
    while i < lists.len() {
        if lists[i].keeps {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether all who take a part of an event know the same versions of it: else one would miss its
/// part of a version that another takes.
const fn split_alike(lists: &[Listing]) -> bool {
    let mut i = 0;
    while i < lists.len() {
        let mut j = i + 1;
        while j < lists.len() {
            if kinds_disagree(lists[i].kinds, lists[j].kinds) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// Whether one of the events of `A` is stored under `name`.
pub const fn is_read<A: Aggregate>(name: &str) -> bool {
    any_read(&[name], <A::Event<'static> as Event>::KINDS)
}

/// An aggregate and the [`flaw`] of its events, which must not have any.
#[derive(Debug)]
pub struct Sound<A, const FLAW: u8>(PhantomData<A>);

/// [`Sound`] without a flaw.
pub trait Flawless {
    /// The aggregate.
    type Aggregate: Described;
}

impl<A: Described, const FLAW: u8> Flawless for Sound<A, FLAW>
where
    Flaw<FLAW>: Distinct<A> + Closed<A> + SplitAlike<A>,
{
    type Aggregate = A;
}

/// Demands that a name that is dropped is not read.
pub const fn check_dropped<A, const DROPPED: bool>()
where
    Is<DROPPED>: Dropped<A>,
{
}

/// What [`flaw`] found, as a type.
#[derive(Debug)]
pub struct Flaw<const FLAW: u8>;

/// What was found out, as a type.
#[derive(Debug)]
pub struct Is<const TRUE: bool>;

/// No stored name is claimed twice.
#[diagnostic::on_unimplemented(
    message = "give each event of `{A}` a stored name of its own: a reader could not tell two of them apart",
    label = "two of its events share a stored name",
    note = "no other event may have its name in `alias(..)`, `split_from(..)` or `dropped(..)` either"
)]
pub trait Distinct<A> {}

/// No event keeps what others know.
#[diagnostic::on_unimplemented(
    message = "make the enum that keeps others the only one of `{A}`, with `event = ..`: what it keeps may be another of its events",
    label = "one of its events keeps all others",
    note = "or say `unknown = skip` and remove the variant"
)]
pub trait Closed<A> {}

/// All who take a part of an event know the same versions of it.
#[diagnostic::on_unimplemented(
    message = "list the same versions in each `split_from(..)`: two events of `{A}` take their parts of different ones",
    label = "two of its events disagree on `split_from(..)`",
    note = "else a part of a version would be missed"
)]
pub trait SplitAlike<A> {}

/// See [`is_read`].
#[diagnostic::on_unimplemented(
    message = "remove this name from `dropped(..)`: `{A}` reads an event that is stored under it",
    label = "the name of an event that is read",
    note = "or remove that event from the aggregate"
)]
pub trait Dropped<A> {}

#[diagnostic::do_not_recommend]
impl<A> Distinct<A> for Flaw<NONE> {}
#[diagnostic::do_not_recommend]
impl<A> Distinct<A> for Flaw<KEEPS_OTHERS> {}
#[diagnostic::do_not_recommend]
impl<A> Distinct<A> for Flaw<SPLIT_UNLIKE> {}
#[diagnostic::do_not_recommend]
impl<A> Closed<A> for Flaw<NONE> {}
#[diagnostic::do_not_recommend]
impl<A> Closed<A> for Flaw<SHARED_NAME> {}
#[diagnostic::do_not_recommend]
impl<A> Closed<A> for Flaw<SPLIT_UNLIKE> {}
#[diagnostic::do_not_recommend]
impl<A> SplitAlike<A> for Flaw<NONE> {}
#[diagnostic::do_not_recommend]
impl<A> SplitAlike<A> for Flaw<SHARED_NAME> {}
#[diagnostic::do_not_recommend]
impl<A> SplitAlike<A> for Flaw<KEEPS_OTHERS> {}
impl<A> Dropped<A> for Is<true> {}

const fn kinds_overlap(a: &[EventKind], b: &[EventKind]) -> bool {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if is_named(&a[i], b[j].name)
                || any_named(&a[i], b[j].aliases)
                || any_split(a[i].splits, &b[j])
                || any_split(b[j].splits, &a[i])
            {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

const fn kinds_disagree(a: &[EventKind], b: &[EventKind]) -> bool {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if splits_disagree(a[i].splits, b[j].splits) {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

const fn splits_disagree(a: &[Split], b: &[Split]) -> bool {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if same(a[i].name, b[j].name) && a[i].version != b[j].version {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

/// Whether one of `names` is read as one of `kinds`, whole or in part.
const fn any_read(names: &[&str], kinds: &[EventKind]) -> bool {
    let mut i = 0;
    while i < kinds.len() {
        let mut j = 0;
        while j < names.len() {
            if is_named(&kinds[i], names[j]) || is_split(kinds[i].splits, names[j]) {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

const fn is_split(splits: &[Split], name: &str) -> bool {
    let mut i = 0;
    while i < splits.len() {
        if same(splits[i].name, name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn any_split(splits: &[Split], kind: &EventKind) -> bool {
    let mut i = 0;
    while i < splits.len() {
        if is_named(kind, splits[i].name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn is_named(kind: &EventKind, name: &str) -> bool {
    same(kind.name, name) || contains(kind.aliases, name)
}

const fn any_named(kind: &EventKind, names: &[&str]) -> bool {
    let mut i = 0;
    while i < names.len() {
        if is_named(kind, names[i]) {
            return true;
        }
        i += 1;
    }
    false
}

pub(crate) const fn contains(names: &[&str], name: &str) -> bool {
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
