use std::fmt;
use std::marker::PhantomData;
use std::time::Instant;

use super::seen::{Observer, Seen};
use crate::middleware::Middleware;
use crate::unwound::quietly;
use crate::{Failure, Handler, Metadata, Outcome, Payload, Request};

/// Tells an [`Observer`] of the application what came of each request: answered, failed, or dropped
/// before its end.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use pericarp::Provide;
/// use pericarp::middleware::{Observe, Observer, Seen};
/// use pericarp::prelude::*;
/// # use pericarp::Pericarp;
/// # use pericarp::store::MemoryStore;
/// # impl Answer<OpenOrders> for Parts {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
/// # impl Provide<Parts> for Parts { fn provide(&self) -> &Parts { self } }
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn observed(&self, seen: &Seen<'_>) {
///         if seen.failure.is_some() { self.0.fetch_add(1, Ordering::Relaxed); }
///     }
/// }
///
/// #[derive(Query)]
/// #[query(on = Parts, returns = u64, middleware(Observe::<Failures>::new()))]
/// struct OpenOrders;
///
/// #[derive(Default)]
/// struct Parts { failures: Failures }
///
/// impl Provide<Failures> for Parts {
///     fn provide(&self) -> &Failures { &self.failures }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::builder(MemoryStore::new()).with(Parts::default()).build();
/// assert_eq!(app.ask(OpenOrders).await?, 3);
/// assert_eq!(app.parts().failures.0.load(Ordering::Relaxed), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Observe<O> {
    observer: PhantomData<fn() -> O>,
}

impl<O> Observe<O> {
    /// Tells the application's `O`.
    pub const fn new() -> Self {
        Self {
            observer: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request, O: Observer> Middleware<R> for Observe<O> {
    type Needs = O;

    async fn call(
        &self,
        payload: &mut Payload<R>,
        observer: &O,
        next: &impl Handler<R>,
    ) -> Outcome<R> {
        let mut watch = Watch::<R, O> {
            observer,
            payload,
            started: Instant::now(),
            ended: false,
        };
        let outcome = next.handle(watch.payload).await;
        watch.ended = true;
        watch.tell(outcome.as_ref().err().map(Failure::code));
        outcome
    }
}

/// Watches a request to its end, which may be that it is dropped.
struct Watch<'w, R: Request, O: Observer> {
    observer: &'w O,
    payload: &'w mut Payload<R>,
    started: Instant,
    ended: bool,
}

impl<R: Request, O: Observer> Watch<'_, R, O> {
    fn tell(&self, failure: Option<&'static str>) {
        let metadata: &Metadata = self.payload.metadata();
        self.observer.observed(&Seen {
            kind: R::KIND,
            name: R::NAME,
            failure,
            elapsed: self.started.elapsed(),
            metadata,
        });
    }
}

impl<R: Request, O: Observer> Drop for Watch<'_, R, O> {
    fn drop(&mut self) {
        if !self.ended {
            // It may be dropped by a panic, and a second one would end the process.
            quietly(|| self.tell(Some("request.dropped")));
        }
    }
}

impl<O> Default for Observe<O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O> Clone for Observe<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Observe<O> {}

impl<O> fmt::Debug for Observe<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observe")
    }
}
