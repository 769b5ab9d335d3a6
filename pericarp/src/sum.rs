//! The enum of all events of an aggregate: what of it does not depend on the events.

use crate::listing::Flawless;
use crate::schema::{Described, Entry};
use crate::{DecodeError, DecodeEvent, EncodeError, Event, EventKind, Reading, RecordedEvent};

/// An enum with a variant for each event that an aggregate lists. Written by the derive.
pub trait Sum<'e>: Sized {
    /// The aggregate, if its events have no flaw.
    type Of: Flawless;

    /// The kinds of all events.
    const KINDS: &'static [EventKind];

    /// Shows the event that it is to `visit`.
    fn pass<V: Visit>(&self, visit: V) -> V::Output;

    /// Lets each listed event read, in their order.
    fn read(reader: &mut Reader<'_, 'e, impl FnMut(Self)>) -> Read;
}

/// What is asked of any event.
pub trait Visit {
    /// The answer.
    type Output;

    /// Answers for this event.
    fn visit<E: Event>(self, event: &E) -> Self::Output;
}

/// Nothing, or why a stored event cannot be read.
pub type Read = Result<(), DecodeError>;

/// A stored event that each listed one is asked to read.
#[derive(Debug)]
pub struct Reader<'r, 'e, T> {
    record: &'r RecordedEvent<'e>,
    take: T,
    reading: Reading,
}

impl<'e, T> Reader<'_, 'e, T> {
    /// Lets `E` read the event, unless another has read all of it.
    #[inline]
    pub(crate) fn ask<E: DecodeEvent<'e>, S>(&mut self, into: impl Fn(E) -> S) -> Read
    where
        T: FnMut(S),
    {
        let (record, take) = (self.record, &mut self.take);
        self.reading = self
            .reading
            .or_else(|| E::decode_each(record, |event| take(into(event))))?;
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<'e, S: Sum<'e>> Event for S {
    const KINDS: &'static [EventKind] = S::KINDS;

    #[inline]
    fn kind(&self) -> &'static EventKind {
        self.pass(Kind)
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.pass(Encode(out))
    }
}

#[diagnostic::do_not_recommend]
impl<'e, S: Sum<'e>> DecodeEvent<'e> for S {
    #[inline]
    fn decode_each(
        record: &RecordedEvent<'e>,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError> {
        let mut reader = Reader {
            record,
            take,
            reading: Reading::Unknown,
        };
        S::read(&mut reader)?;
        Ok(reader.reading)
    }
}

#[diagnostic::do_not_recommend]
impl<'e, S: Sum<'e>> Described for S {
    const SHAPES: &'static [Entry] = <<S::Of as Flawless>::Aggregate as Described>::SHAPES;
}

struct Kind;

impl Visit for Kind {
    type Output = &'static EventKind;

    #[inline]
    fn visit<E: Event>(self, event: &E) -> &'static EventKind {
        event.kind()
    }
}

struct Encode<'o>(&'o mut Vec<u8>);

impl Visit for Encode<'_> {
    type Output = Result<(), EncodeError>;

    #[inline]
    fn visit<E: Event>(self, event: &E) -> Result<(), EncodeError> {
        event.encode(self.0)
    }
}
