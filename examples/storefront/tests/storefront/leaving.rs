//! A shop that is told to stop loses nothing that it has acknowledged.

use hyper::Method;
use tokio::net::TcpStream;
use tokio::spawn;
use tokio::sync::mpsc;

use crate::caller::Caller;
use crate::shop::{Shop, placed_of};

#[tokio::test]
async fn who_has_come_is_answered_and_nobody_else_comes_in() {
    let shop = Shop::open().await;
    let address = shop.server.address();
    let held = shop.hold();
    let mut ann = shop.customer("ann").await;
    let sent = spawn(async move { ann.post("/orders", "").await });
    shop.in_flight("OpenOrder", 1).await;

    let Shop { server, folder } = shop;
    let stopping = spawn(server.stop());
    while TcpStream::connect(address).await.is_ok() {}
    drop(held);
    let order = sent.await.unwrap().expect(201).order();
    stopping.await.unwrap();

    let shop = Shop::open_in(folder, |_| {}).await;
    let mut ann = shop.customer("ann").await;
    ann.get(&format!("/orders/{order}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_under_load_is_there_afterwards() {
    let shop = Shop::open().await;
    shop.list("tea", 1_000_000).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut buying = tokio::task::JoinSet::new();
    for number in 0..8 {
        let customer = shop.customer(&format!("customer-{number}")).await;
        buying.spawn(buy(customer, tell.clone()));
    }
    drop(tell);
    let mut placed = Vec::new();
    while placed.len() < 100 {
        placed.push(told.recv().await.unwrap());
    }
    let Shop { server, folder } = shop;
    server.stop().await;
    while let Some(order) = told.recv().await {
        placed.push(order);
    }
    buying.join_all().await;
    let shop = Shop::open_in(folder, |_| {}).await;
    assert_placed(&mut shop.clerk().await, &placed).await;
}

/// Places orders until nobody answers any more, and says which were acknowledged.
pub(crate) async fn buy(mut customer: Caller, tell: mpsc::UnboundedSender<String>) {
    let tea = r#"{"product":"tea","units":1}"#;
    loop {
        let Some(open) = customer.try_call(Method::POST, "/orders", &[], "").await else {
            return;
        };
        let order = open.expect(201).order();
        for (path, body) in [("items", tea), ("place", "")] {
            let path = format!("/orders/{order}/{path}");
            let Some(reply) = customer.try_call(Method::POST, &path, &[], body).await else {
                return;
            };
            reply.expect(200);
        }
        tell.send(order).unwrap();
    }
}

/// All of these are placed, and of what they are of as many are set apart.
async fn assert_placed(clerk: &mut Caller, orders: &[String]) {
    for order in orders {
        let view = clerk
            .get(&format!("/orders/{order}"))
            .await
            .expect(200)
            .json();
        assert_eq!(view["state"], "placed", "{view}");
    }
    let tea = clerk.get("/products/tea").await.json();
    let left = tea["in_stock"].as_u64().unwrap();
    // One that was placed may not have been acknowledged any more.
    let sold = 1_000_000 - left;
    let most = orders.len() as u64 + 8;
    assert!(
        (orders.len() as u64..=most).contains(&sold),
        "{sold} of {most}"
    );
}

#[tokio::test]
async fn what_was_told_to_workers_is_done_before_it_leaves() {
    let shop = Shop::open().await;
    shop.list("tea", 10).await;
    let mut ann = shop.customer("ann").await;
    placed_of(&mut ann, "tea", 1).await;
    let workers = shop.server.storefront().queue.workers().clone();
    shop.server.stop().await;
    let stats = workers.stats();
    assert_eq!((stats.accepted, stats.completed), (1, 1));
}
