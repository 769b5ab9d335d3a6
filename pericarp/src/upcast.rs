//! From an older form of an event to the one it has today, one step at a time.
//!
//! Generated code calls these, in the order of the versions. The stored version says which old
//! type is decoded; only the steps behind it run.

use serde::Deserialize;

use crate::codec::decode;
use crate::decode_error::Cause;
use crate::{DecodeError, DecodeReason, Reading, RecordedEvent};

/// The type of an older version: anything that serde can read.
#[diagnostic::on_unimplemented(
    message = "derive `Deserialize` for `{Self}`, so that stored events can be read as it",
    label = "no `Deserialize` for `{Self}`",
    note = "an older version needs neither `Event` nor `Serialize`"
)]
pub trait Old<'de>: Sized {
    /// Reads a stored payload.
    fn read(record: &RecordedEvent<'de>) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<'de, T: Deserialize<'de>> Old<'de> for T {
    fn read(record: &RecordedEvent<'de>) -> Result<Self, DecodeError> {
        decode(record)
    }
}

/// The next version of an event, made from the one before.
#[diagnostic::on_unimplemented(
    message = "write `impl From<{Old}> for {Self}`, or `TryFrom` if it may fail: a version is made from the one before",
    label = "no step from here to `{Self}`"
)]
pub trait MadeFrom<Old>: Sized {
    /// Why a step may fail.
    type Fault;
    /// Makes the next version.
    fn made_from(old: Old) -> Result<Self, Self::Fault>;
}

#[diagnostic::do_not_recommend]
impl<Old, New: TryFrom<Old>> MadeFrom<Old> for New {
    type Fault = New::Error;

    fn made_from(old: Old) -> Result<Self, New::Error> {
        New::try_from(old)
    }
}

/// An event that takes its part of one that is split.
#[diagnostic::on_unimplemented(
    message = "write `impl From<{Old}> for Option<{Self}>`, or `TryFrom` if it may fail: what `{Self}` takes of it, if anything",
    label = "no part of it for `{Self}`"
)]
pub trait PartOf<Old>: Sized {
    /// Why taking it may fail.
    type Fault;
    /// Takes the part, if there is one.
    fn part_of(old: Old) -> Result<Option<Self>, Self::Fault>;
}

#[diagnostic::do_not_recommend]
impl<Old, New> PartOf<Old> for New
where
    Option<New>: TryFrom<Old>,
{
    type Fault = <Option<New> as TryFrom<Old>>::Error;

    fn part_of(old: Old) -> Result<Option<Self>, Self::Fault> {
        old.try_into()
    }
}

/// An enum whose variants take their parts of an event that is split.
#[diagnostic::on_unimplemented(
    message = "write `impl From<{Old}> for Vec<{Self}>`, or `TryFrom` if it may fail: the events that it is split into",
    label = "no parts of it for `{Self}`"
)]
pub trait PartsOf<Old>: Sized {
    /// Why taking them may fail.
    type Fault;
    /// Takes the parts, in the order in which they happened.
    fn parts_of(old: Old) -> Result<Vec<Self>, Self::Fault>;
}

#[diagnostic::do_not_recommend]
impl<Old, New> PartsOf<Old> for New
where
    Vec<New>: TryFrom<Old>,
{
    type Fault = <Vec<New> as TryFrom<Old>>::Error;

    fn parts_of(old: Old) -> Result<Vec<Self>, Self::Fault> {
        old.try_into()
    }
}

/// What a step may fail with.
#[diagnostic::on_unimplemented(
    message = "implement `std::error::Error` for `{Self}`, so that a step that fails can be reported",
    label = "its `TryFrom::Error` is `{Self}`",
    note = "an error is `Send`, `Sync` and `'static` too"
)]
pub trait Fault {
    /// The error to report.
    fn into_cause(self) -> Cause;
}

#[diagnostic::do_not_recommend]
impl<F: Into<Cause>> Fault for F {
    fn into_cause(self) -> Cause {
        self.into()
    }
}

/// One step: makes version `from + 1` out of what the steps before it made, or out of the payload
/// if it is stored as version `from`; nothing if it is stored as a later one.
pub fn step<'de, O, N, F: Fault>(
    record: &RecordedEvent<'de>,
    from: u32,
    earlier: Option<O>,
    read: impl FnOnce(&RecordedEvent<'de>) -> Result<O, DecodeError>,
    made_from: impl FnOnce(O) -> Result<N, F>,
) -> Result<Option<N>, DecodeError> {
    let old = match earlier {
        Some(old) => old,
        None if record.schema_version == from => read(record)?,
        None => return Ok(None),
    };
    made_from(old).map(Some).map_err(|fault| {
        let (to, source) = (from.saturating_add(1), fault.into_cause());
        DecodeError::new(record, DecodeReason::Upcast { from, to, source })
    })
}

/// The last step of an event that is split: hands each of the parts to `take`.
pub fn split<'de, O, P: IntoIterator, F: Fault>(
    record: &RecordedEvent<'de>,
    into: &'static str,
    earlier: Option<O>,
    read: impl FnOnce(&RecordedEvent<'de>) -> Result<O, DecodeError>,
    parts: impl FnOnce(O) -> Result<P, F>,
    take: impl FnMut(P::Item),
) -> Result<Reading, DecodeError> {
    let old = match earlier {
        Some(old) => old,
        None => read(record)?,
    };
    let parts = parts(old).map_err(|fault| {
        let source = fault.into_cause();
        DecodeError::new(record, DecodeReason::Split { into, source })
    })?;
    parts.into_iter().for_each(take);
    Ok(Reading::Part)
}
