//! What concerns an order and its products at once: one commit, all of it or nothing.

use std::time::Duration;

use pericarp::dispatcher::Dispatcher;
use pericarp::middleware::{Layers, Only, Retry};
use pericarp::store::{AppendError, Read, Store as _};
use pericarp::tower::{FromTower, Innermost};
use pericarp::{
    Aggregate, Context, DecideError, ExecuteError, Handler, LoadError, Outcome, Page, Payload,
    Position, RecordedEvent, Request, RequestKind, Response, Root, SaveError, Stopped, StreamName,
    UnitOfWorkError, decide,
};
use tower::limit::{ConcurrencyLimit, GlobalConcurrencyLimitLayer};

use crate::app::App;
use crate::shop::{
    CUSTOMER, Cancel, Order, OrderId, Place, Product, ProductId, Refusal, Release, Reserve, State,
};

/// How many are at work at once: they contend for products.
const AT_ONCE: usize = 32;

/// Who loses against another decides again, so often.
const AGAIN: Retry =
    Retry::attempts(20).waiting(Duration::from_millis(1), Duration::from_millis(50));

type Error = ExecuteError<Refusal>;
type Loaded<A> = Option<Root<A>>;

/// Order what is in an order: all of it is set apart, or nothing.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    pub order: OrderId,
    pub customer: String,
}

/// Give an order up. What was set apart for it goes back.
#[derive(Clone, Debug)]
pub struct CancelOrder {
    pub order: OrderId,
    pub customer: String,
}

// ANCHOR: trade
/// A request about an order and the products in it. It answers the position of its last event.
pub trait Trade: Request<Answer = Position, Error = Error, Chain = ()> {
    /// What an order gets of it.
    const EVENT: &'static str;

    fn order(&self) -> OrderId;

    fn decide(
        &self,
        order: &mut Loaded<Order>,
        products: &mut [Loaded<Product>],
        context: &Context,
    ) -> Result<(), Error>;
}
// ANCHOR_END: trade

macro_rules! request {
    ($name:ident) => {
        impl Request for $name {
            const NAME: &'static str = stringify!($name);
            const KIND: RequestKind = RequestKind::Command;
            type Answer = Position;
            type Error = Error;
            type Chain = ();
            type HandledBy = ();
        }
    };
}

request!(PlaceOrder);
request!(CancelOrder);

impl Trade for PlaceOrder {
    const EVENT: &'static str = "order.placed";

    fn order(&self) -> OrderId {
        self.order
    }

    fn decide(
        &self,
        order: &mut Loaded<Order>,
        products: &mut [Loaded<Product>],
        context: &Context,
    ) -> Result<(), Error> {
        let items = order
            .as_ref()
            .map(|order| order.items.clone())
            .unwrap_or_default();
        let mut cents = 0_u64;
        for (item, product) in items.into_iter().zip(products) {
            let (order, units) = (self.order, item.units);
            let reserve = Reserve {
                order,
                units,
                product: item.product,
            };
            let price = decide(product, &reserve, context);
            let price = price.map_err(|error| about_product(error, reserve.product.clone()))?;
            cents = cents.saturating_add(price.saturating_mul(units.into()));
        }
        let (id, customer) = (self.order, self.customer.clone());
        decide(
            order,
            &Place {
                order: id,
                customer,
                cents,
            },
            context,
        )
        .map_err(|error| about_order(error, id))
    }
}

impl Trade for CancelOrder {
    const EVENT: &'static str = "order.cancelled";

    fn order(&self) -> OrderId {
        self.order
    }

    fn decide(
        &self,
        order: &mut Loaded<Order>,
        products: &mut [Loaded<Product>],
        context: &Context,
    ) -> Result<(), Error> {
        let placed = order.as_ref().filter(|order| order.state == State::Placed);
        let items = placed.map(|order| order.items.clone()).unwrap_or_default();
        let (id, customer) = (self.order, self.customer.clone());
        decide(
            order,
            &Cancel {
                order: id,
                customer,
            },
            context,
        )
        .map_err(|error| about_order(error, id))?;
        for (item, product) in items.into_iter().zip(products) {
            let release = Release {
                order: id,
                units: item.units,
                product: item.product,
            };
            decide(product, &release, context)
                .map_err(|error| about_product(error, release.product.clone()))?;
        }
        Ok(())
    }
}

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
        let items = order.iter().flat_map(|order| &order.items);
        let ids: Vec<_> = items.map(|item| item.product.clone()).collect();
        let mut products = app.load_many::<Product>(&ids).await?;
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

fn about_order(error: DecideError<Refusal>, id: OrderId) -> Error {
    match (error, stream_of(id)) {
        (DecideError::Refused(refusal), _) => Error::Refused(refusal),
        (_, Ok(stream)) => Error::NotFound { stream },
        (_, Err(error)) => error,
    }
}

fn about_product(error: DecideError<Refusal>, product: ProductId) -> Error {
    match error {
        DecideError::Refused(refusal) => Error::Refused(refusal),
        _ => Error::Refused(Refusal::NoSuchProduct { product }),
    }
}

fn stream_of(id: OrderId) -> Result<StreamName, Error> {
    Ok(StreamName::new(Order::CATEGORY, id).map_err(LoadError::from)?)
}
