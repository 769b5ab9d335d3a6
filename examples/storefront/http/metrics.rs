use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use pericarp::metrics;

use crate::storefront::Storefront;

/// What Prometheus reads.
pub(super) async fn text(State(shop): State<Arc<Storefront>>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, metrics::CONTENT_TYPE)];
    (headers, shop.registry.to_prometheus())
}
