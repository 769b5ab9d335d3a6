use pericarp::{
    Aggregate, Context, DecideError, ExecuteError, LoadError, Position, Request, RequestKind, Root,
    StreamName, decide,
};

use crate::shop::{
    Cancel, Order, OrderId, Place, Product, ProductId, Refusal, Release, Reserve, State,
};

/// Why nothing comes of a trade.
pub(super) type Error = ExecuteError<Refusal>;
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
            /// Why nothing comes of a trade.
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

/// The stream of an order.
pub(super) fn stream_of(id: OrderId) -> Result<StreamName, Error> {
    Ok(StreamName::new(Order::CATEGORY, id).map_err(LoadError::from)?)
}
