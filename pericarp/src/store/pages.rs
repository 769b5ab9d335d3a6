use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::{Read, ReadError, Store, Visit};
use crate::Page;

type Reading<'s> = Pin<Box<dyn Future<Output = Result<Page, ReadError>> + Send + 's>>;

/// Pages of a read, one after another. While the caller looks at one page, the store fills the
/// next, and in a long stream the one after it too.
///
/// Three pages take turns, so however long the log, memory stays at three pages.
pub struct Pages<'s, S> {
    store: &'s S,
    page: Page,
    spare: Vec<Page>,
    /// The read that comes next, if it was not asked yet.
    next: Option<Read>,
    /// Pages that were asked, in order.
    ahead: VecDeque<Ahead<'s>>,
    seen: usize,
}

/// A page that was asked: what selects it, and where it is.
struct Ahead<'s> {
    read: Read,
    reading: Reading<'s>,
    arrived: Option<Result<Page, ReadError>>,
}

/// Pages to see before two are asked at once: most streams are short, and asking past their end
/// is wasted.
const SEEN_BEFORE_GUESSING: usize = 2;

impl<'s, S: Store> Pages<'s, S> {
    pub(super) fn new(store: &'s S, read: Read) -> Self {
        Self {
            store,
            page: Page::new(),
            spare: Vec::new(),
            next: Some(read),
            ahead: VecDeque::new(),
            seen: 0,
        }
    }

    /// Expects a long stream, so that two pages are asked at once from the first.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) const fn expecting_many(mut self) -> Self {
        self.seen = SEEN_BEFORE_GUESSING;
        self
    }

    /// The next page; `None` after the last. A page is never empty.
    ///
    /// Dropping the future loses nothing: the next call goes on where this one was.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read; the pages end there.
    pub async fn next(&mut self) -> Result<Option<&Page>, ReadError> {
        if let Some(read) = self.next.take() {
            self.ask_ahead(read).await;
        }
        // It stays in the queue until it has arrived: whoever gives up waiting may ask again.
        let Some(front) = self.ahead.front_mut() else {
            return Ok(None);
        };
        if front.arrived.is_none() {
            front.arrived = Some(front.reading.as_mut().await);
        }
        let Some(Ahead {
            read,
            arrived: Some(filled),
            ..
        }) = self.ahead.pop_front()
        else {
            return Ok(None);
        };
        let filled = filled.inspect_err(|_| self.ahead.clear())?;
        let done = std::mem::replace(&mut self.page, filled);
        self.spare.push(done);
        self.seen += 1;
        match read.following(&self.page) {
            Some(read) => self.ask_ahead(read).await,
            None => self.recall().await,
        }
        Ok(Some(&self.page).filter(|page| !page.is_empty()))
    }

    /// Takes a visitor to the events of all pages that are left, or until it has seen enough.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read.
    pub async fn visit<V: Visit>(mut self, mut visitor: V) -> Result<V, ReadError> {
        while let Some(page) = self.next().await? {
            if page
                .events()
                .try_for_each(|event| visitor.visit(&event))
                .is_break()
            {
                break;
            }
        }
        Ok(visitor)
    }

    /// Asks for the page that `read` selects, unless it was guessed right, and for the one after
    /// it if the store is expected to have it.
    async fn ask_ahead(&mut self, read: Read) {
        if !self
            .ahead
            .front()
            .is_some_and(|ahead| ahead.read.starts_like(&read))
        {
            self.recall().await;
            self.ask(read).await;
        }
        if self.seen >= SEEN_BEFORE_GUESSING
            && self.ahead.len() == 1
            && let Some(guess) = self.ahead[0].read.guess_following()
        {
            self.ask(guess).await;
        }
    }

    /// Polls the read once, which sets it going.
    async fn ask(&mut self, read: Read) {
        let page = self.spare.pop().unwrap_or_default();
        let mut reading: Reading<'s> = Box::pin(self.store.read(read.clone(), page));
        let arrived = poll_once(&mut reading).await;
        self.ahead.push_back(Ahead {
            read,
            reading,
            arrived,
        });
    }

    /// Drops what was asked in vain, and keeps the pages that have come already.
    async fn recall(&mut self) {
        for mut ahead in self.ahead.drain(..) {
            let arrived = match ahead.arrived {
                Some(result) => Some(result),
                None => poll_once(&mut ahead.reading).await,
            };
            self.spare.extend(arrived.into_iter().flatten());
        }
    }
}

async fn poll_once(reading: &mut Reading<'_>) -> Option<Result<Page, ReadError>> {
    poll_fn(|context| {
        Poll::Ready(match reading.as_mut().poll(context) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        })
    })
    .await
}

impl<S> fmt::Debug for Pages<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("seen", &self.seen)
            .field("ahead", &self.ahead.len())
            .finish_non_exhaustive()
    }
}
