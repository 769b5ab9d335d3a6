use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use pericarp::workers::{JobError, RunError};
use serde::Serialize;

use super::answer::Answer;
use super::body::Body;
use super::caller::Caller;
use super::problem::Problem;
use crate::shop::{ProductId, Restock};
use crate::storefront::Storefront;

/// How many products come with a delivery, at most.
const MOST: usize = 500;

/// What came of one line of a delivery.
#[derive(Serialize)]
pub(super) struct Line {
    product: ProductId,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    InStock(u32),
    Problem(Problem),
}

// ANCHOR: deliver
/// Takes a delivery in: workers carry it out, product by product, and the answer has what came of
/// each line.
pub(super) async fn deliver(
    State(shop): State<Arc<Storefront>>,
    caller: Caller,
    Body(lines): Body<Vec<Restock>>,
) -> Result<Answer<Vec<Line>>, Problem> {
    if lines.len() > MOST {
        let detail = format!("a delivery has at most {MOST} lines");
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "delivery.too_long",
            detail,
        ));
    }
    let caller = caller.payload(());
    let mut tickets = Vec::with_capacity(lines.len());
    for (number, restock) in lines.into_iter().enumerate() {
        let product = restock.product.clone();
        let mut payload = caller.clone().map(|()| restock);
        if let Some(key) = caller.idempotency_key() {
            payload = payload.with_idempotency_key(format!("{key}:{number}"));
        }
        tickets.push((product, shop.queue.send_payload(payload).await?));
    }
    let mut answers = Vec::with_capacity(tickets.len());
    for (product, ticket) in tickets {
        let outcome = match ticket.await? {
            Ok(response) => Outcome::InStock(response.answer),
            Err(error) => Outcome::Problem(error.into()),
        };
        answers.push(Line { product, outcome });
    }
    Ok(Answer::new(answers))
}
// ANCHOR_END: deliver

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error.code(),
            error.to_string(),
        )
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            error.code(),
            "something went wrong",
        )
    }
}
