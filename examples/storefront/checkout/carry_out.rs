use std::time::Duration;

use pericarp::dispatcher::Dispatcher;
use pericarp::middleware::{Layers, Only, Retry};
use pericarp::store::{AppendError, Read, Store as _};
use pericarp::tower::{FromTower, Innermost};
use pericarp::{
    Handler, LoadError, Outcome, Page, Payload, Position, RecordedEvent, Response, SaveError,
    Stopped, UnitOfWorkError,
};
use tower::limit::{ConcurrencyLimit, GlobalConcurrencyLimitLayer};

use super::Trade;
use super::trade::{Error, stream_of};
use crate::app::App;
use crate::shop::{CUSTOMER, Order, Product};

/// How many are at work at once: they contend for products.
const AT_ONCE: usize = 32;

/// Who loses against another decides again, so often.
const AGAIN: Retry =
    Retry::attempts(20).waiting(Duration::from_millis(1), Duration::from_millis(50));

/// Carries trades out.
pub struct Checkout {
    app: App,
    /// Inside of the layers of the application, as if the requests had listed them.
    listed: (Only, FromTower<ConcurrencyLimit<Innermost>>, Retry),
    notices: Dispatcher,
}

// ANCHOR: pass
impl Checkout {
    pub(crate) fn new(app: App, notices: Dispatcher) -> Self {
        let limit = FromTower::new(GlobalConcurrencyLimitLayer::new(AT_ONCE));
        let listed = (Only(CUSTOMER), limit, AGAIN);
        Self {
            app,
            listed,
            notices,
        }
    }

    /// Lets a request pass through the layers of the application, and through what is listed here.
    pub async fn execute<T: Trade + 'static>(&self, mut payload: Payload<T>) -> Outcome<T> {
        self.app.pass(&mut payload, self).await
    }
}

impl<T: Trade + 'static> Handler<T> for Checkout {
    async fn handle(&self, payload: &mut Payload<T>) -> Outcome<T> {
        let once = Once(self);
        self.listed.around(payload, self.app.parts(), &once).await
    }
}
// ANCHOR_END: pass

/// One attempt at a trade.
struct Once<'c>(&'c Checkout);

impl<T: Trade> Handler<T> for Once<'_> {
    async fn handle(&self, payload: &mut Payload<T>) -> Outcome<T> {
        let (app, request) = (&self.0.app, &payload.request);
        let context = payload.context(|| app.context().occurred_at());
        // ANCHOR: work
        let mut order = app.load::<Order>(&request.order()).await?;
        // Not before it is loaded: of two that come at once under one key, the later decides on what
        // the earlier has stored, and then finds that too.
        if let Some(first) = self.first(payload).await? {
            return Ok(Response::new(first));
        }
        let mut products = Vec::new();
        for item in order.iter().flat_map(|order| &order.items) {
            products.push(app.load::<Product>(&item.product).await?);
        }
        request.decide(&mut order, &mut products, &context)?;

        let mut work = app.unit_of_work();
        if let Some(id) = payload.commit_id() {
            work.with_id(id);
        }
        work.add(&mut order);
        for product in &mut products {
            work.add(product);
        }
        let outcome = work.commit_and_dispatch(&self.0.notices).await;
        // ANCHOR_END: work
        match outcome {
            Ok(committed) => Ok(Response::new(committed.last).committed(committed)),
            Err(UnitOfWorkError::Save(error)) => self.not_stored(payload, error).await,
            Err(error) => match error.committed() {
                Some(committed) => {
                    tracing::error!(
                        code = error.code(),
                        "it is stored, and nobody was told of it"
                    );
                    Ok(Response::new(committed.last).committed(committed.clone()))
                }
                None => Err(Stopped::new(error.code(), error).into()),
            },
        }
    }
}

impl Once<'_> {
    /// What came of it the first time, if it came with a key before.
    async fn first<T: Trade>(&self, payload: &Payload<T>) -> Result<Option<Position>, Error> {
        let Some(id) = payload.commit_id() else {
            return Ok(None);
        };
        let read = self.0.app.store().read(Read::Commit(id), Page::new());
        let events = read.await.map_err(LoadError::from)?;
        let Some(last) = events.last() else {
            return Ok(None);
        };
        let stream = stream_of(payload.request.order())?;
        let is_it = |event: RecordedEvent<'_>| {
            event.stream == stream.as_str() && event.event_type == T::EVENT
        };
        match events.events().any(is_it) {
            true => Ok(Some(last.position)),
            false => Err(Error::KeyReused { id }),
        }
    }

    async fn not_stored<T: Trade>(&self, payload: &Payload<T>, error: SaveError) -> Outcome<T> {
        if let SaveError::Append(AppendError::CommitIdReused { .. }) = error
            && let Some(first) = self.first(payload).await?
        {
            // Both were under way at once.
            return Ok(Response::new(first));
        }
        Err(error.into())
    }
}
