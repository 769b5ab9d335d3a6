use std::ops::Deref;

use crate::{DecodeError, DecodeEvent, RecordedEvent};

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
