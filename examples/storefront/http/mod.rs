//! The edge: what comes over HTTP becomes requests of the application, and what comes of them goes
//! back.

mod answer;
mod asking;
mod body;
mod caller;
mod customers;
pub(crate) mod debug;
mod deliveries;
mod health;
mod metrics;
mod orders;
mod problem;
mod products;
mod trace;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use tokio::sync::watch;

use crate::storefront::Storefront;

/// How large a body may be.
const MOST_BYTES: usize = 64 << 10;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    storefront: Arc<Storefront>,
    stopped: watch::Receiver<bool>,
}

// ANCHOR: router
/// All that the shop answers.
pub(crate) fn router(storefront: Arc<Storefront>, stopped: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/products", get(products::browse).post(products::list))
        .route("/products/{product}", get(products::find))
        .route("/products/{product}/stock", post(products::restock))
        .route("/deliveries", post(deliveries::deliver))
        .route("/orders", post(orders::open))
        .route("/orders/{order}", get(orders::find))
        .route("/orders/{order}/items", post(orders::add))
        .route("/orders/{order}/items/{product}", delete(orders::remove))
        .route("/orders/{order}/place", post(orders::place))
        .route("/orders/{order}/cancel", post(orders::cancel))
        .route("/orders/{order}/ship", post(orders::ship))
        .route("/customers/{customer}/orders", get(customers::orders))
        .route_layer(middleware::from_fn(trace::traced))
        .route("/metrics", get(metrics::text))
        .route("/healthz", get(health::ready))
        .route("/healthz/live", get(health::live))
        .route("/healthz/ready", get(health::ready))
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Shared {
            storefront,
            stopped,
        })
}
// ANCHOR_END: router

impl FromRef<Shared> for Arc<Storefront> {
    fn from_ref(shared: &Shared) -> Self {
        shared.storefront.clone()
    }
}
