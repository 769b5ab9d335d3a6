use std::sync::Arc;

use axum::extract::State;
use pericarp::middleware::{Chain, Layers};
use pericarp::{Aggregate, Command};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::asking::ask;
use super::body::{Body, Named};
use super::caller::Caller;
use super::problem::Problem;
use crate::app::{self, Parts};
use crate::checkout::{CancelOrder, PlaceOrder, Trade};
use crate::queries::FindOrder;
use crate::shop::{AddItem, OpenOrder, OrderId, ProductId, Refusal, RemoveItem, Ship};
use crate::storefront::Storefront;
use crate::views::OrderView;

type Shop = State<Arc<Storefront>>;
type Answered = Result<Answer<Changed>, Problem>;

/// The order that was changed.
#[derive(Serialize)]
pub(super) struct Changed {
    order: OrderId,
}

#[derive(Deserialize)]
pub(super) struct Added {
    product: ProductId,
    units: u32,
}

pub(super) async fn find(
    State(shop): Shop,
    caller: Caller,
    Named(order): Named<OrderId>,
) -> Result<Answer<OrderView>, Problem> {
    let found = ask(&shop, caller, FindOrder { order }).await?;
    found
        .map(Answer::new)
        .ok_or_else(|| Problem::not_found("order"))
}

// ANCHOR: open
/// Sent again under its key, it answers with the order that it opened the first time.
pub(super) async fn open(State(shop): Shop, caller: Caller) -> Answered {
    let customer = caller.id();
    let order = match caller.key() {
        Some(key) => OrderId::of_key(&customer, key),
        None => OrderId::random(),
    };
    let open = OpenOrder { order, customer };
    let response = shop.app.execute_payload(caller.payload(open)).await?;
    Ok(Answer::created(Changed { order }).committed(response.committed.as_ref()))
}
// ANCHOR_END: open

pub(super) async fn add(
    State(shop): Shop,
    caller: Caller,
    Named(order): Named<OrderId>,
    Body(Added { product, units }): Body<Added>,
) -> Answered {
    let customer = caller.id();
    let add = AddItem {
        order,
        customer,
        product,
        units,
    };
    change(&shop, caller, order, add).await
}

pub(super) async fn remove(
    State(shop): Shop,
    caller: Caller,
    Named((order, product)): Named<(OrderId, ProductId)>,
) -> Answered {
    let customer = caller.id();
    let remove = RemoveItem {
        order,
        customer,
        product,
    };
    change(&shop, caller, order, remove).await
}

pub(super) async fn ship(
    State(shop): Shop,
    caller: Caller,
    Named(order): Named<OrderId>,
) -> Answered {
    change(&shop, caller, order, Ship { order }).await
}

pub(super) async fn place(
    State(shop): Shop,
    caller: Caller,
    Named(order): Named<OrderId>,
) -> Answered {
    let customer = caller.id();
    trade(&shop, caller, PlaceOrder { order, customer }).await
}

pub(super) async fn cancel(
    State(shop): Shop,
    caller: Caller,
    Named(order): Named<OrderId>,
) -> Answered {
    let customer = caller.id();
    trade(&shop, caller, CancelOrder { order, customer }).await
}

async fn change<C>(shop: &Storefront, caller: Caller, order: OrderId, command: C) -> Answered
where
    C: Command<Aggregate: Aggregate<Error = Refusal>, Chain: Chain<C, Parts>> + Send,
    app::Layers: Layers<C, Parts>,
{
    let response = shop.app.execute_payload(caller.payload(command)).await?;
    Ok(Answer::new(Changed { order }).committed(response.committed.as_ref()))
}

async fn trade<T: Trade + 'static>(shop: &Storefront, caller: Caller, trade: T) -> Answered {
    let order = trade.order();
    let response = shop.checkout.execute(caller.payload(trade)).await?;
    Ok(Answer::new(Changed { order }).at(response.answer))
}
