use std::sync::Arc;

use axum::extract::State;

use super::answer::Answer;
use super::asking::ask;
use super::body::Named;
use super::caller::Caller;
use super::problem::Problem;
use crate::queries::OrdersOf;
use crate::storefront::Storefront;
use crate::views::OrderView;

pub(super) async fn orders(
    State(shop): State<Arc<Storefront>>,
    caller: Caller,
    Named(customer): Named<String>,
) -> Result<Answer<Vec<OrderView>>, Problem> {
    ask(&shop, caller, OrdersOf { customer })
        .await
        .map(Answer::new)
}
