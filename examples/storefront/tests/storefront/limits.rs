//! What happens when too much comes, and when it takes too long.

use std::time::Duration;

use rusqlite::Connection;
use tokio::spawn;

use crate::shop::Shop;

impl Shop {
    /// Nothing is stored until this is dropped.
    pub(crate) fn hold(&self) -> Connection {
        let other = Connection::open(self.folder.path().join("shop.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    }

    /// Comes back once so many requests of a name are on their way.
    pub(crate) async fn in_flight(&self, name: &str, count: u32) {
        let mut watcher = self.nobody().await;
        let line =
            format!("pericarp_requests_in_flight{{kind=\"command\",name=\"{name}\"}} {count}\n");
        while !watcher.get("/metrics").await.text.contains(&line) {}
    }
}

#[tokio::test]
async fn one_too_many_is_told_to_come_later() {
    let shop = Shop::open_with(|settings| {
        settings.at_once = 1;
        settings.waiting = 1;
    })
    .await;
    let held = shop.hold();
    let mut sending = Vec::new();
    for count in 1..=2 {
        let mut ann = shop.customer("ann").await;
        sending.push(spawn(async move { ann.post("/orders", "").await }));
        shop.in_flight("OpenOrder", count).await;
    }
    let mut bob = shop.customer("bob").await;
    let shed = bob.post("/orders", "").await;
    shed.is_problem(503, "request.too_many");
    assert_eq!(shed.header("retry-after"), "1");
    bob.get("/products")
        .await
        .is_problem(503, "request.too_many");
    // Whoever looks after it can still see how it is.
    bob.get("/healthz").await.expect(200);

    drop(held);
    for sent in sending {
        sent.await.unwrap().expect(201);
    }
    bob.post("/orders", "").await.expect(201);
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let shop = Shop::open_with(|settings| settings.timeout = Duration::from_millis(200)).await;
    let mut ann = shop.customer("ann").await;
    let held = shop.hold();
    let late = ann.post_as("one", "/orders", "").await;
    late.is_problem(504, "request.timed_out");
    drop(held);
    // It may have been carried out, which its key finds out.
    let mut reply = ann.post_as("one", "/orders", "").await;
    while reply.status == 504 {
        reply = ann.post_as("one", "/orders", "").await;
    }
    reply.expect(201);
}
