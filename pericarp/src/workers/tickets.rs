use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::{JobError, Ticket};

/// The results of several jobs: as they come, or all of them.
///
/// ```
/// use pericarp::workers::{Tickets, Workers};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let workers = Workers::builder().workers(4).capacity(256).build();
/// let mut tickets = Tickets::new();
/// for n in 0..10_u64 {
///     tickets.push(workers.run(&n, async move { n * n }).await?);
/// }
/// let (index, result) = tickets.next().await.ok_or("ten are under way")?;
/// assert_eq!(result?, (index * index) as u64);
/// assert_eq!(tickets.all().await.len(), 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tickets<T> {
    pushed: usize,
    waiting: FuturesUnordered<Numbered<T>>,
}

impl<T> Tickets<T> {
    /// None yet.
    pub fn new() -> Self {
        Self {
            pushed: 0,
            waiting: FuturesUnordered::new(),
        }
    }

    /// One more. They are numbered from 0.
    pub fn push(&mut self, ticket: Ticket<T>) {
        let number = self.pushed;
        self.pushed += 1;
        self.waiting.push(Numbered { number, ticket });
    }

    /// The next result there is, and the number of its ticket; `None` if all have been handed out.
    ///
    /// Giving up waiting loses none.
    pub async fn next(&mut self) -> Option<(usize, Result<T, JobError>)> {
        self.waiting.next().await
    }

    /// All results that have not been handed out, in the order of their tickets.
    pub async fn all(mut self) -> Vec<Result<T, JobError>> {
        let mut results = Vec::with_capacity(self.len());
        while let Some(result) = self.next().await {
            results.push(result);
        }
        results.sort_unstable_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// How many results have not been handed out.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether all have been handed out.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// A ticket, and which it is.
struct Numbered<T> {
    number: usize,
    ticket: Ticket<T>,
}

impl<T> Future for Numbered<T> {
    type Output = (usize, Result<T, JobError>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let number = self.number;
        let result = Pin::new(&mut self.ticket).poll(context);
        result.map(|result| (number, result))
    }
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Extend<Ticket<T>> for Tickets<T> {
    fn extend<I: IntoIterator<Item = Ticket<T>>>(&mut self, tickets: I) {
        for ticket in tickets {
            self.push(ticket);
        }
    }
}

impl<T> FromIterator<Ticket<T>> for Tickets<T> {
    fn from_iter<I: IntoIterator<Item = Ticket<T>>>(tickets: I) -> Self {
        let mut all = Self::new();
        all.extend(tickets);
        all
    }
}

impl<T> fmt::Debug for Tickets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets")
            .field("waiting", &self.len())
            .finish_non_exhaustive()
    }
}
