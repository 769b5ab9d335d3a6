//! What may be asked, by whom, and which answers are kept.

use std::convert::Infallible;

use garde::Validate;
use pericarp::cache::Invalidates;
use pericarp::middleware::{self, Authorise, Cacheable, Cached, Denied, Policy};
use pericarp::prelude::*;
use pericarp::{LoadError, Payload, Principal, RecordedEvent};
use serde::Deserialize;

use crate::shop::{Basket, CLERK, End, Listed, Opened, OrderId, Placed, ProductId, Stock};
use crate::views::{Listing, OrderView, ProductView, Views};

/// The tag of all pages of the catalogue.
const CATALOGUE: &str = "catalogue";

/// A page of what is for sale.
#[derive(Debug, Query, Deserialize, Validate)]
#[query(on = Views, returns = Vec<Listing>, middleware(middleware::Validate, Cached))]
pub struct Browse {
    #[serde(default)]
    #[garde(range(max = 10_000))]
    pub page: u32,
}

impl Answer<Browse> for Views {
    async fn answer(&self, browse: &Browse) -> Result<Vec<Listing>, Infallible> {
        Ok(self.catalogue(|catalogue| catalogue.page(browse.page as usize)))
    }
}

impl Cacheable for Browse {
    const SPACE: &'static str = "browse";
    const PER_PRINCIPAL: bool = false;

    fn key(&self) -> String {
        self.page.to_string()
    }

    fn tags(&self) -> Vec<String> {
        vec![CATALOGUE.to_owned()]
    }
}

// ANCHOR: product
/// One product, and how much of it there is.
#[derive(Debug, Query)]
#[query(on = Views, returns = Option<ProductView>, middleware(Cached))]
pub struct FindProduct {
    pub product: ProductId,
}

impl Answer<FindProduct> for Views {
    async fn answer(&self, find: &FindProduct) -> Result<Option<ProductView>, Infallible> {
        Ok(self.catalogue(|catalogue| catalogue.product(&find.product)))
    }
}

impl Cacheable for FindProduct {
    const SPACE: &'static str = "product";
    const PER_PRINCIPAL: bool = false;

    fn key(&self) -> String {
        self.product.to_string()
    }

    fn tags(&self) -> Vec<String> {
        vec![format!("product-{}", self.product)]
    }

    fn is_nothing(product: &Option<ProductView>) -> bool {
        product.is_none()
    }
}
// ANCHOR_END: product

/// One order.
#[derive(Debug, Query)]
#[query(
    on = Views,
    returns = Option<OrderView>,
    error = LoadError,
    middleware(Authorise::<Views>::new(), Cached)
)]
pub struct FindOrder {
    pub order: OrderId,
}

impl Answer<FindOrder> for Views {
    async fn answer(&self, find: &FindOrder) -> Result<Option<OrderView>, LoadError> {
        self.order(find.order).await
    }
}

impl Cacheable for FindOrder {
    const SPACE: &'static str = "order";
    const PER_PRINCIPAL: bool = false;

    fn key(&self) -> String {
        self.order.to_string()
    }

    fn tags(&self) -> Vec<String> {
        vec![format!("order-{}", self.order)]
    }

    fn is_nothing(order: &Option<OrderView>) -> bool {
        order.is_none()
    }
}

/// A customer's newest orders.
#[derive(Debug, Query)]
#[query(on = Views, returns = Vec<OrderView>, middleware(Authorise::<Views>::new()))]
pub struct OrdersOf {
    pub customer: String,
}

impl Answer<OrdersOf> for Views {
    async fn answer(&self, query: &OrdersOf) -> Result<Vec<OrderView>, Infallible> {
        Ok(self.orders_of(&query.customer))
    }
}

// ANCHOR: policy
/// Customers see their own orders, and clerks see all.
fn may_see(who: Option<&Principal>, customer: &str) -> Result<(), Denied> {
    match who {
        None => Err(Denied::Unauthenticated),
        Some(who) if who.id == customer || who.has_role(CLERK) => Ok(()),
        Some(_) => Err(Denied::forbidden("these are somebody else's orders")),
    }
}

impl Policy<OrdersOf> for Views {
    async fn permits(&self, payload: &Payload<OrdersOf>) -> Result<(), Denied> {
        may_see(payload.principal.as_ref(), &payload.request.customer)
    }
}

impl Policy<FindOrder> for Views {
    async fn permits(&self, payload: &Payload<FindOrder>) -> Result<(), Denied> {
        let order = self.order(payload.request.order).await;
        match order.map_err(Denied::undecided)? {
            Some(order) => may_see(payload.principal.as_ref(), &order.customer),
            // That there is none is no secret.
            None => Ok(()),
        }
    }
}
// ANCHOR_END: policy

impl Invalidates for Listed {
    fn tags(&self, record: &RecordedEvent<'_>) -> Vec<String> {
        vec![record.stream.to_owned(), CATALOGUE.to_owned()]
    }
}

impl Invalidates for Stock {}
impl Invalidates for Opened {}
impl Invalidates for Basket {}
impl Invalidates for Placed {}
impl Invalidates for End {}
