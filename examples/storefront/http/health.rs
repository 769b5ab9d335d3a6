use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::time::timeout;

use super::Shared;

/// How long the log may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// How it is.
#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    /// Where the log ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<u64>,
    /// How far the read models are.
    views: u64,
}

/// The process lives.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// It can serve: it is not leaving, the log can be read, and the read models follow it.
pub(super) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Health>) {
    let storefront = &shared.storefront;
    let log = timeout(PATIENCE, storefront.head()).await;
    let log = log.ok().and_then(Result::ok).map(pericarp::Position::get);
    let (code, status) = match log {
        _ if *shared.stopped.borrow() => (StatusCode::SERVICE_UNAVAILABLE, "leaving"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the log does not answer"),
        Some(_) if !storefront.is_following() => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the read models have stopped",
        ),
        Some(_) => (StatusCode::OK, "ok"),
    };
    let views = storefront.app.parts().views.position().get();
    (code, Json(Health { status, log, views }))
}
