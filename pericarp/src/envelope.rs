use std::collections::VecDeque;
use std::ops::Deref;

use crate::{DecodeError, DecodeEvent, Reading, RecordedEvent, Unread};

/// A stored event with its payload decoded to `E`. Dereferences to the [`RecordedEvent`].
///
/// ```
/// use pericarp::{Envelope, Event, Page};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.opened")]
/// struct Opened { owner: String }
///
/// fn owners(page: &Page) -> Result<Vec<String>, pericarp::DecodeError> {
///     page.decode::<Opened>().map(|envelope| Ok(envelope?.event.owner)).collect()
/// }
/// # assert!(owners(&Page::new())?.is_empty());
/// # Ok::<(), pericarp::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a, E> {
    /// The payload.
    pub event: E,
    /// What was stored, payload included.
    pub record: RecordedEvent<'a>,
}

impl<'a, E: DecodeEvent<'a>> Envelope<'a, E> {
    /// Decodes a stored event: into one envelope, unless it is dropped or split.
    ///
    /// # Errors
    /// [`DecodeError`] if its type is none of `E`'s, or its payload is not what the type says.
    #[inline]
    pub fn decode(
        record: &RecordedEvent<'a>,
    ) -> Result<impl ExactSizeIterator<Item = Self> + use<'a, E>, DecodeError> {
        let events = E::decode(record)?;
        if !events.is_known() {
            return Err(DecodeError::unknown_type(record));
        }
        let record = *record;
        Ok(events.map(move |event| Self { event, record }))
    }
}

impl<'a, E> Deref for Envelope<'a, E> {
    type Target = RecordedEvent<'a>;

    fn deref(&self) -> &RecordedEvent<'a> {
        &self.record
    }
}

/// The envelopes of one record after another.
pub(crate) struct Envelopes<'a, R, E> {
    records: R,
    /// What is left of a record that is split.
    rest: VecDeque<Envelope<'a, E>>,
}

impl<R, E> Envelopes<'_, R, E> {
    pub(crate) const fn new(records: R) -> Self {
        Self {
            records,
            rest: VecDeque::new(),
        }
    }
}

impl<'a, R, E> Iterator for Envelopes<'a, R, E>
where
    R: Iterator<Item = RecordedEvent<'a>>,
    E: DecodeEvent<'a>,
{
    type Item = Result<Envelope<'a, E>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(envelope) = self.rest.pop_front() {
            return Some(Ok(envelope));
        }
        loop {
            let record = self.records.next()?;
            let (mut first, rest) = (None, &mut self.rest);
            let reading = E::decode_each(&record, |event| match first {
                None => first = Some(event),
                Some(_) => push(rest, event, &record),
            });
            match reading {
                Ok(Reading::Whole) => {}
                Ok(reading) => match Self::settle(&record, reading, first) {
                    Ok(event) => first = event,
                    Err(error) => return Some(Err(error)),
                },
                Err(error) => {
                    self.rest.clear();
                    return Some(Err(error));
                }
            }
            if let Some(event) = first {
                return Some(Ok(Envelope { event, record }));
            }
        }
    }
}

impl<'a, R, E: DecodeEvent<'a>> Envelopes<'a, R, E> {
    /// The event of a record that is not one alone: split, dropped, kept or not to be read.
    #[cold]
    fn settle(
        record: &RecordedEvent<'a>,
        reading: Reading,
        first: Option<E>,
    ) -> Result<Option<E>, DecodeError> {
        match reading {
            Reading::Whole | Reading::Part | Reading::Dropped => Ok(first),
            Reading::Unknown => match E::keep(record, Unread::Unknown) {
                None => Err(DecodeError::unknown_type(record)),
                kept => Ok(kept),
            },
            Reading::Newer { oldest, newest } => match E::keep(record, Unread::Newer) {
                None => Err(DecodeError::unknown_version(record, oldest, newest)),
                kept => Ok(kept),
            },
        }
    }
}

/// Keeps a further part of a record that is split.
#[cold]
#[inline(never)]
fn push<'a, E>(rest: &mut VecDeque<Envelope<'a, E>>, event: E, record: &RecordedEvent<'a>) {
    let record = *record;
    rest.push_back(Envelope { event, record });
}
