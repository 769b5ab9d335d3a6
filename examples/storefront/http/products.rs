use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::answer::Answer;
use super::asking::ask;
use super::body::{Asked, Body, Named};
use super::caller::Caller;
use super::problem::Problem;
use crate::queries::{Browse, FindProduct};
use crate::shop::{ListProduct, ProductId, Restock};
use crate::storefront::Storefront;
use crate::views::{Listing, ProductView};

type Shop = State<Arc<Storefront>>;

#[derive(Deserialize)]
pub(super) struct New {
    product: ProductId,
    name: String,
    cents: u64,
    #[serde(default)]
    units: u32,
}

#[derive(Serialize)]
pub(super) struct Offered {
    product: ProductId,
}

#[derive(Deserialize)]
pub(super) struct More {
    units: u32,
}

#[derive(Serialize)]
pub(super) struct Stocked {
    in_stock: u32,
}

pub(super) async fn browse(
    State(shop): Shop,
    caller: Caller,
    Asked(browse): Asked<Browse>,
) -> Result<Answer<Vec<Listing>>, Problem> {
    ask(&shop, caller, browse).await.map(Answer::new)
}

pub(super) async fn find(
    State(shop): Shop,
    caller: Caller,
    Named(product): Named<ProductId>,
) -> Result<Answer<ProductView>, Problem> {
    let found = ask(&shop, caller, FindProduct { product }).await?;
    found
        .map(Answer::new)
        .ok_or_else(|| Problem::not_found("product"))
}

// ANCHOR: list
pub(super) async fn list(
    State(shop): Shop,
    caller: Caller,
    Body(new): Body<New>,
) -> Result<Answer<Offered>, Problem> {
    let New {
        product,
        name,
        cents,
        units,
    } = new;
    let offered = Offered {
        product: product.clone(),
    };
    let list = ListProduct {
        product,
        name,
        cents,
        units,
    };
    let response = shop.app.execute_payload(caller.payload(list)).await?;
    Ok(Answer::created(offered).committed(response.committed.as_ref()))
}
// ANCHOR_END: list

/// For suppliers, of whom few are served at once.
pub(super) async fn restock(
    State(shop): Shop,
    caller: Caller,
    Named(product): Named<ProductId>,
    Body(More { units }): Body<More>,
) -> Result<Answer<Stocked>, Problem> {
    let restocking = shop.restocking.clone();
    let payload = caller.payload(Restock { product, units });
    let response = restocking.oneshot(payload).await?;
    let in_stock = response.answer;
    Ok(Answer::new(Stocked { in_stock }).committed(response.committed.as_ref()))
}
