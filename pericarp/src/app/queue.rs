use std::fmt;

use super::Pericarp;
use super::repository::stream_of;
use super::spans;
use crate::middleware::{Chain, Layers};
use crate::store::Store;
use crate::workers::{RunError, Ticket, Workers};
use crate::{Aggregate, Command, Outcome, Payload};

/// Commands that are executed by [`Workers`], while their senders go on.
///
/// Commands for one aggregate are executed one after another, in the order in which they were sent,
/// so none of them conflicts with another; those for different aggregates are executed at once.
/// Each passes through the layers and what it lists as if its sender had executed it, within the span
/// that its sender was in.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
/// use pericarp::workers::Workers;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # impl Handle<Add> for Counter {
/// #     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
/// #         counter.emit(Added { n: add.n });
/// #         Ok(counter.total)
/// #     }
/// # }
/// # #[derive(Command)]
/// # #[command(aggregate = Counter, returns = u64)]
/// # struct Add { #[command(id)] counter: String, n: u64 }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::new(MemoryStore::new());
/// let queue = app.queue(Workers::builder().workers(4).build());
/// let first = queue.send(Add { counter: "visits".into(), n: 2 }).await?;
/// let second = queue.send(Add { counter: "visits".into(), n: 3 }).await?;
/// assert_eq!((first.await??.answer, second.await??.answer), (2, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Queue<S, P = (), L = ()> {
    app: Pericarp<S, P, L>,
    workers: Workers,
}

impl<S: Store, P: Send + Sync, L> Pericarp<S, P, L> {
    /// This application, with workers that execute what is sent to it.
    pub fn queue(&self, workers: Workers) -> Queue<S, P, L> {
        let app = self.clone();
        Queue { app, workers }
    }
}

impl<S, P, L> Queue<S, P, L>
where
    S: Store + 'static,
    P: Send + Sync + 'static,
    L: Send + Sync + 'static,
{
    /// Sends a command. It comes back once the command is accepted, with a ticket to wait for its
    /// outcome.
    ///
    /// # Errors
    /// [`RunError`] if the workers take no more: then nothing was executed.
    pub async fn send<C>(&self, command: C) -> Result<Ticket<Outcome<C>>, RunError>
    where
        C: Command<Chain: Chain<C, P>> + Send + 'static,
        L: Layers<C, P>,
    {
        self.send_payload(Payload::new(command)).await
    }

    /// Sends a command that comes with metadata, or from somebody.
    ///
    /// # Errors
    /// [`RunError`], as [`Queue::send`].
    pub async fn send_payload<C>(&self, payload: Payload<C>) -> Result<Ticket<Outcome<C>>, RunError>
    where
        C: Command<Chain: Chain<C, P>> + Send + 'static,
        L: Layers<C, P>,
    {
        let stream = stream_of::<C::Aggregate>(payload.request.id());
        let app = self.app.clone();
        let work = spans::later(async move { app.execute_payload(payload).await });
        match stream {
            Ok(stream) => self.workers.run(&stream, work).await,
            // It fails for its id, as it does when it is executed.
            Err(_) => self.workers.run(C::Aggregate::CATEGORY, work).await,
        }
    }

    /// The workers.
    pub const fn workers(&self) -> &Workers {
        &self.workers
    }
}

impl<S, P, L> Clone for Queue<S, P, L> {
    fn clone(&self) -> Self {
        Self {
            app: self.app.clone(),
            workers: self.workers.clone(),
        }
    }
}

impl<S: fmt::Debug, P, L> fmt::Debug for Queue<S, P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("app", &self.app)
            .field("workers", &self.workers)
            .finish()
    }
}
