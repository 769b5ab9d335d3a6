use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::{Read, ReadError, Store};
use crate::Page;

type Reading<'s> = Pin<Box<dyn Future<Output = Result<Page, ReadError>> + Send + 's>>;

/// Pages of a read, one after another. While the caller looks at one page, the store fills the
/// next.
///
/// Two pages take turns, so however long the log, memory stays at two pages.
pub struct Pages<'s, S> {
    store: &'s S,
    page: Page,
    /// The page that is not in hand, while no read has it.
    spare: Page,
    ahead: Ahead<'s>,
}

enum Ahead<'s> {
    /// Nothing was asked yet.
    First(Read),
    /// The page that this read selects is on its way.
    Reading(Read, Reading<'s>),
    /// The page that this read selects has come, or could not.
    Arrived(Read, Result<Page, ReadError>),
    /// There is nothing further.
    End,
}

impl<'s, S: Store> Pages<'s, S> {
    pub(super) fn new(store: &'s S, read: Read) -> Self {
        Self::reusing(store, read, [Page::new(), Page::new()])
    }

    /// Reads into pages that were used before.
    pub(crate) fn reusing(store: &'s S, read: Read, [page, spare]: [Page; 2]) -> Self {
        Self {
            store,
            page,
            spare,
            ahead: Ahead::First(read),
        }
    }

    /// The next page; `None` after the last. A page is never empty.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read; the pages end there.
    pub async fn next(&mut self) -> Result<Option<&Page>, ReadError> {
        let (read, filled) = match std::mem::replace(&mut self.ahead, Ahead::End) {
            Ahead::First(read) => {
                let spare = std::mem::take(&mut self.spare);
                let filled = self.store.read(read.clone(), spare).await?;
                (read, filled)
            }
            Ahead::Reading(read, reading) => (read, reading.await?),
            Ahead::Arrived(read, result) => (read, result?),
            Ahead::End => return Ok(None),
        };
        self.spare = std::mem::replace(&mut self.page, filled);
        if self.page.is_empty() {
            return Ok(None);
        }
        if let Some(next) = read.following(&self.page) {
            let seen = std::mem::take(&mut self.spare);
            let mut reading: Reading<'s> = Box::pin(self.store.read(next.clone(), seen));
            self.ahead = match poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await {
                Poll::Ready(result) => Ahead::Arrived(next, result),
                Poll::Pending => Ahead::Reading(next, reading),
            };
        }
        Ok(Some(&self.page))
    }

    /// Gives the pages back for reuse.
    pub(crate) fn into_pages(self) -> [Page; 2] {
        [self.page, self.spare]
    }
}

impl<S> fmt::Debug for Pages<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.ahead {
            Ahead::First(..) => "not started",
            Ahead::Reading(..) | Ahead::Arrived(..) => "reading",
            Ahead::End => "at the last page",
        };
        f.debug_struct("Pages").field("state", &state).finish_non_exhaustive()
    }
}
