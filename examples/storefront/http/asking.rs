use std::time::Duration;

use axum::http::StatusCode;
use pericarp::middleware::{Chain, Layers};
use pericarp::{Position, Provide, Query, Request};
use tokio::time::timeout;

use super::caller::Caller;
use super::problem::Problem;
use crate::app::{self, Parts};
use crate::storefront::Storefront;
use crate::views::Views;

/// How long a query waits for what its caller has seen already.
const PATIENCE: Duration = Duration::from_secs(2);

// ANCHOR: ask
/// Asks a query, once the read models have what its caller has seen.
pub(super) async fn ask<Q>(
    shop: &Storefront,
    caller: Caller,
    query: Q,
) -> Result<Q::Answer, Problem>
where
    Q: Query + Request<Chain: Chain<Q, Parts>>,
    Parts: Provide<Q::On>,
    app::Layers: Layers<Q, Parts>,
{
    let views = &shop.app.parts().views;
    if timeout(PATIENCE, views.reach(caller.after)).await.is_err() {
        return Err(behind(views, caller.after));
    }
    let response = shop.app.ask_payload(caller.payload(query)).await?;
    Ok(response.answer)
}
// ANCHOR_END: ask

fn behind(views: &Views, after: Position) -> Problem {
    let detail = format!(
        "this is known up to {}, and not yet up to {after}",
        views.position()
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "query.behind", detail)
}
