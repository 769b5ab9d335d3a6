//! Where requests come in: as JSON, and through tower.

use std::convert::Infallible;
use std::time::Duration;

use pericarp::prelude::*;
use pericarp::routes::{RouteError, Routes};
use pericarp::store::MemoryStore;
use pericarp::tower::FromTower;
use pericarp::{Payload, Pericarp, Principal, Provide};
use serde::{Deserialize, Serialize};
use tower::limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer};
use tower::timeout::TimeoutLayer;
use tower::{ServiceBuilder, ServiceExt};

use crate::Outcome;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "parcel.sent")]
struct Sent {
    to: String,
}

#[derive(Aggregate)]
#[aggregate(category = "parcel", id = u64, created_by(Sent))]
struct Parcel {
    to: String,
}

impl Create<Sent> for Parcel {
    fn create(sent: Sent, _: &Meta<'_>) -> Self {
        Self { to: sent.to }
    }
}

// ANCHOR: requests
#[derive(Command, Deserialize)]
#[command(aggregate = Parcel, returns = String, creates)]
struct Send {
    #[command(id)]
    parcel: u64,
    to: String,
}

#[derive(Query, Deserialize)]
#[query(on = Views, returns = u64)]
struct OnTheWay;
// ANCHOR_END: requests

impl Handle<Send> for Parcel {
    fn handle(parcel: New<'_, Self>, send: &Send) -> Result<String, Infallible> {
        let to = send.to.clone();
        Ok(parcel.create(Sent { to }).to.clone())
    }
}

struct Views;

impl Provide<Self> for Views {
    fn provide(&self) -> &Self {
        self
    }
}

impl Answer<OnTheWay> for Views {
    async fn answer(&self, _: &OnTheWay) -> Result<u64, Infallible> {
        Ok(1)
    }
}

// ANCHOR: status
fn status(error: &RouteError) -> u16 {
    match error.code() {
        "route.unknown" | "command.not_found" => 404,
        "route.body" => 400,
        "request.unauthenticated" => 401,
        "request.forbidden" => 403,
        _ if error.is_refusal() => 422,
        _ if error.is_transient() => 503,
        _ => 500,
    }
}
// ANCHOR_END: status

#[tokio::test]
async fn requests_come_in_as_json() -> Outcome {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
    // ANCHOR: routes
    let routes = Routes::new(app)
        .command::<Send>()?
        .query_as::<OnTheWay>("on-the-way")?;

    let body = Payload::new(r#"{"parcel":7,"to":"Ann"}"#)
        .with_idempotency_key("7f3a")
        .by(Principal::new("bo"));
    let response = routes.handle("Send", body).await?;
    assert_eq!(response.answer, r#""Ann""#);
    // ANCHOR_END: routes
    let Err(error) = routes.handle("Sent", Payload::new("{}")).await else {
        return Err("there is no such route".into());
    };
    // ANCHOR: unknown
    assert_eq!(
        error.to_string(),
        "there is no route Sent; did you mean Send?"
    );
    assert_eq!(status(&error), 404);
    // ANCHOR_END: unknown
    let Err(error) = routes.handle("Send", Payload::new("{}")).await else {
        return Err("it has no fields".into());
    };
    assert_eq!(status(&error), 400);
    Ok(())
}

#[tokio::test]
async fn an_application_is_a_service() -> Result<(), tower::BoxError> {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
    // ANCHOR: service
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(3)))
        .layer(ConcurrencyLimitLayer::new(100))
        .service(app.service::<OnTheWay>());
    let response = service.oneshot(Payload::new(OnTheWay)).await?;
    assert_eq!(response.answer, 1);
    // ANCHOR_END: service
    Ok(())
}

#[tokio::test]
async fn a_layer_of_tower_is_a_layer() -> Outcome {
    // ANCHOR: layer
    let app = Pericarp::builder(MemoryStore::new())
        .with(Views)
        .layer(FromTower::new(GlobalConcurrencyLimitLayer::new(100)))
        .build();
    assert_eq!(app.ask(OnTheWay).await?, 1);
    // ANCHOR_END: layer
    Ok(())
}
