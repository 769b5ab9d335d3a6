//! Whether it lives, and whether it can serve.

use pericarp::store::Store as _;
use serde_json::json;

use crate::shop::Shop;

#[tokio::test]
async fn it_is_ready_while_the_log_can_be_read() {
    let shop = Shop::open().await;
    let position = shop.list("tea", 1).await.position();
    let mut probe = shop.nobody().await;
    assert_eq!(probe.get("/healthz/live").await.expect(200).text, "ok\n");
    probe.get_after("/products/tea", position).await.expect(200);
    let ready = probe.get("/healthz/ready").await.expect(200).json();
    assert_eq!(ready, json!({ "status": "ok", "log": 2, "views": 2 }));

    shop.server.storefront().app.store().close().await;
    let ready = probe.get("/healthz").await.expect(503).json();
    assert_eq!(ready["status"], "the log does not answer");
    probe.get("/healthz/live").await.expect(200);
    let mut ann = shop.customer("ann").await;
    ann.post("/orders", "").await.expect(503);
}
