//! Two shops on one database: each sees what the other does.

use pericarp::config::Secret;
use pericarp_storefront::{Place, Server};
use pericarp_tests::RedisServer;
use pericarp_tests::postgres::Server as Postgres;

use crate::caller::Caller;
use crate::shop::{order_of, settings};

async fn caller(server: &Server) -> Caller {
    let caller = Caller::connect(server.address()).await;
    caller
        .with("x-user", "ann")
        .with("x-roles", "customer,clerk")
}

#[tokio::test]
async fn each_sees_what_the_other_stored() {
    let database = Postgres::shared().database().await;
    let (url, _redis) = RedisServer::any();
    let mut settings = settings();
    settings.place = Place::Postgres;
    settings.config.postgres.url = Secret::new(database.url().to_string());
    settings.redis = Some(Secret::new(url));
    let one = Server::start(&settings).await.unwrap();
    let other = Server::start(&settings).await.unwrap();
    let (mut here, mut there) = (caller(&one).await, caller(&other).await);

    let tea = r#"{"product":"tea","name":"Tea","cents":350,"units":10}"#;
    let listed = here.post("/products", tea).await.expect(201).position();
    // What the other has kept goes stale by what this one does.
    let found = there
        .get_after("/products/tea", listed)
        .await
        .expect(200)
        .json();
    assert_eq!(found["in_stock"], 10);
    let order = order_of(&mut here, "tea", 3).await;
    let placed = here
        .post(&format!("/orders/{order}/place"), "")
        .await
        .expect(200)
        .position();
    let found = there.get_after("/products/tea", placed).await.json();
    assert_eq!(found["in_stock"], 7);
    let shipped = there
        .post(&format!("/orders/{order}/ship"), "")
        .await
        .expect(200)
        .position();
    let view = here
        .get_after(&format!("/orders/{order}"), shipped)
        .await
        .json();
    assert_eq!(view["state"], "shipped");

    one.stop().await;
    there.get("/healthz").await.expect(200);
    other.stop().await;
}
