use std::collections::VecDeque;

use crate::{DecodeError, Event, RecordedEvent};

/// An event that can be read back, borrowing from the stored bytes for `'de` where it can.
///
/// Implemented by `#[derive(Event)]`. One stored event is one event, as a rule; an event that has
/// been [split](crate::EventKind::splits) since is none, one or several.
///
/// ```
/// use pericarp::{DecodeEvent, Event, Page};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.deposited")]
/// struct Deposited { cents: i64 }
///
/// fn total(page: &Page) -> Result<i64, pericarp::DecodeError> {
///     let mut total = 0;
///     for record in page.events() {
///         for event in Deposited::decode(&record)? {
///             total += event.cents;
///         }
///     }
///     Ok(total)
/// }
/// # assert_eq!(total(&Page::new())?, 0);
/// # Ok::<(), pericarp::DecodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "derive `Event` for `{Self}`, which cannot be decoded from the log",
    label = "not an event that can be decoded",
    note = "write `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait DecodeEvent<'de>: Event + Sized {
    /// Stored names that it knows and no longer reads.
    const DROPPED: &'static [&'static str] = &[];

    /// Whether [`DecodeEvent::keep`] may answer, which needs the whole record.
    const KEEPS: bool = false;

    /// Decodes a stored event, and hands each event that it is today to `take`, in order.
    ///
    /// This is the loop that every reader is made of; [`DecodeEvent::decode`] is easier to use.
    ///
    /// # Errors
    /// [`DecodeError`] if the type is known and the payload cannot be read; `take` may then have
    /// had a part of what was split.
    fn decode_each(
        record: &RecordedEvent<'de>,
        take: impl FnMut(Self),
    ) -> Result<Reading, DecodeError>;

    /// Keeps, as it is stored, an event that cannot be read for that reason.
    fn keep(record: &RecordedEvent<'de>, reason: Unread) -> Option<Self> {
        let _ = (record, reason);
        None
    }

    /// Decodes a stored event into the events that it is today: one, or none if its type is none
    /// of [`Event::KINDS`]. Only a type with several kinds can get several, out of one that is
    /// split.
    ///
    /// # Errors
    /// [`DecodeError`] if the type is known and the schema version or the payload is not.
    #[inline]
    fn decode(record: &RecordedEvent<'de>) -> Result<Decoded<Self>, DecodeError> {
        let mut decoded = Decoded::default();
        let reading = Self::decode_each(record, |event| decoded.push(event))?;
        if reading != Reading::Whole {
            decoded.settle(record, reading)?;
        }
        Ok(decoded)
    }
}

/// What came of decoding one stored event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an event that was not read must not go unnoticed"]
pub enum Reading {
    /// It was read.
    Whole,
    /// It is split, and this type took its part; others may take theirs.
    Part,
    /// The type says that it is dropped.
    Dropped,
    /// Its name is none that the type knows.
    Unknown,
    /// Its name is known, and its schema version is from a later build.
    Newer {
        /// The oldest version the type can read.
        oldest: u32,
        /// The version the type has.
        newest: u32,
    },
}

impl Reading {
    /// Lets another type read the event, unless this was all of it.
    ///
    /// # Errors
    /// What `other` fails with.
    #[inline]
    pub fn or_else(
        self,
        other: impl FnOnce() -> Result<Self, DecodeError>,
    ) -> Result<Self, DecodeError> {
        match self {
            Self::Unknown => other(),
            Self::Part => Ok(match other()? {
                Self::Unknown => Self::Part,
                reading => reading,
            }),
            reading => Ok(reading),
        }
    }
}

/// Why a stored event is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is dropped: its name is known, and what it says no longer matters.
    Dropped,
    /// Its name is not known.
    Unknown,
    /// Its name is known, and its schema version is from a later build.
    Newer,
}

/// How many stored events were passed over, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Events that are dropped.
    pub dropped: u64,
    /// Events whose name is not known.
    pub unknown: u64,
    /// Events whose schema version is from a later build.
    pub newer: u64,
}

impl Skipped {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.dropped + self.unknown + self.newer
    }

    /// Counts one more.
    pub fn count(&mut self, reason: Unread) {
        match reason {
            Unread::Dropped => self.dropped += 1,
            Unread::Unknown => self.unknown += 1,
            Unread::Newer => self.newer += 1,
        }
    }
}

/// The events that one stored event is today: an iterator over none, one or several.
#[derive(Clone, Debug)]
#[must_use = "the events are what it iterates over"]
pub struct Decoded<E> {
    is_known: bool,
    first: Option<E>,
    /// The others, of a record that is split.
    rest: VecDeque<E>,
}

impl<E> Default for Decoded<E> {
    #[inline]
    fn default() -> Self {
        Self {
            is_known: true,
            first: None,
            rest: VecDeque::new(),
        }
    }
}

impl<E> Decoded<E> {
    /// Whether the type knows the event; if not, there is none here.
    #[inline]
    pub const fn is_known(&self) -> bool {
        self.is_known
    }

    #[inline]
    fn push(&mut self, event: E) {
        match self.first {
            None => self.first = Some(event),
            Some(_) => self.rest.push_back(event),
        }
    }

    /// Ends with what is not the rule: parts, and what was not read.
    #[cold]
    fn settle<'de>(
        &mut self,
        record: &RecordedEvent<'de>,
        reading: Reading,
    ) -> Result<(), DecodeError>
    where
        E: DecodeEvent<'de>,
    {
        match reading {
            Reading::Whole | Reading::Part | Reading::Dropped => {}
            Reading::Unknown => {
                self.first = E::keep(record, Unread::Unknown);
                self.is_known = self.first.is_some();
            }
            Reading::Newer { oldest, newest } => {
                self.first = E::keep(record, Unread::Newer);
                if self.first.is_none() {
                    return Err(DecodeError::unknown_version(record, oldest, newest));
                }
            }
        }
        Ok(())
    }
}

impl<E> Iterator for Decoded<E> {
    type Item = E;

    #[inline]
    fn next(&mut self) -> Option<E> {
        self.first.take().or_else(|| self.rest.pop_front())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let events = usize::from(self.first.is_some()) + self.rest.len();
        (events, Some(events))
    }
}

impl<E> ExactSizeIterator for Decoded<E> {}
