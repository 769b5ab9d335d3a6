//! What the shop says no to: with a status, a code that stays, and every fault.

use serde_json::json;

use crate::shop::{Shop, order_of};

#[tokio::test]
async fn every_fault_of_a_request_is_named() {
    let shop = Shop::open().await;
    let mut clerk = shop.clerk().await;
    let wrong = r#"{"product":"a tea","name":"","cents":0}"#;
    let reply = clerk.post("/products", wrong).await;
    let problem = reply.is_problem(422, "request.invalid");
    let faults = problem["faults"].as_array().unwrap().iter();
    let paths: Vec<_> = faults
        .map(|fault| fault["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["cents", "name", "product"]);

    let mut ann = shop.customer("ann").await;
    let order = ann.post("/orders", "").await.expect(201).order();
    let none = r#"{"product":"tea","units":0}"#;
    let reply = ann.post(&format!("/orders/{order}/items"), none).await;
    assert_eq!(
        reply.is_problem(422, "request.invalid")["faults"][0]["path"],
        "units"
    );
}

#[tokio::test]
async fn what_is_no_request_is_a_problem_too() {
    let shop = Shop::open().await;
    let mut clerk = shop.clerk().await;
    clerk
        .post("/products", r#"{"product":"#)
        .await
        .is_problem(400, "http.body");
    clerk
        .post("/products", r#"{"product":"tea"}"#)
        .await
        .is_problem(422, "http.body");
    clerk
        .get("/products?page=one")
        .await
        .is_problem(400, "http.query");
    clerk.get("/orders/17").await.is_problem(400, "http.path");
    clerk
        .get("/nowhere")
        .await
        .is_problem(404, "http.not_found");
    clerk
        .delete("/products")
        .await
        .is_problem(405, "http.method");
    let large = format!(r#"{{"product":"{}"}}"#, "x".repeat(70_000));
    clerk
        .post("/products", &large)
        .await
        .is_problem(413, "http.body");
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let shop = Shop::open().await;
    shop.list("tea", 1).await;
    let mut ann = shop.customer("ann").await;
    let order = order_of(&mut ann, "tea", 1).await;
    let path = format!("/orders/{order}");
    let (mut nobody, mut bob) = (shop.nobody().await, shop.customer("bob").await);

    nobody
        .post("/orders", "")
        .await
        .is_problem(401, "request.unauthenticated");
    nobody
        .get(&path)
        .await
        .is_problem(401, "request.unauthenticated");
    nobody
        .get("/customers/ann/orders")
        .await
        .is_problem(401, "request.unauthenticated");
    bob.get(&path).await.is_problem(403, "request.forbidden");
    bob.get("/customers/ann/orders")
        .await
        .is_problem(403, "request.forbidden");
    bob.post(&format!("{path}/place"), "")
        .await
        .is_problem(403, "order.somebody_elses");
    bob.post(&format!("{path}/ship"), "")
        .await
        .is_problem(403, "request.forbidden");
    bob.post("/products/tea/stock", r#"{"units":1}"#)
        .await
        .is_problem(403, "request.forbidden");
    shop.clerk().await.get(&path).await.expect(200);
}

#[tokio::test]
async fn the_shop_says_why_not() {
    let shop = Shop::open().await;
    shop.list("tea", 2).await;
    let again = r#"{"product":"tea","name":"Tea","cents":1}"#;
    let mut clerk = shop.clerk().await;
    clerk
        .post("/products", again)
        .await
        .is_problem(409, "command.already_exists");
    clerk
        .get("/products/mug")
        .await
        .is_problem(404, "http.not_found");

    let mut ann = shop.customer("ann").await;
    let nowhere = "/orders/01937000-0000-7000-8000-000000000000";
    ann.get(nowhere).await.is_problem(404, "http.not_found");
    ann.post(&format!("{nowhere}/place"), "")
        .await
        .is_problem(404, "command.not_found");

    let order = ann.post("/orders", "").await.expect(201).order();
    let path = |rest: &str| format!("/orders/{order}/{rest}");
    ann.post(&path("place"), "")
        .await
        .is_problem(409, "order.empty");
    ann.delete(&path("items/tea"))
        .await
        .is_problem(404, "order.not_in_order");
    ann.post(&path("items"), r#"{"product":"mug","units":1}"#)
        .await
        .expect(200);
    ann.post(&path("place"), "")
        .await
        .is_problem(404, "product.unknown");
    ann.delete(&path("items/mug")).await.expect(200);
    ann.post(&path("items"), r#"{"product":"tea","units":3}"#)
        .await
        .expect(200);
    let problem = ann
        .post(&path("place"), "")
        .await
        .is_problem(409, "product.out_of_stock");
    assert_eq!(problem["detail"], "2 of it are left, and 3 are wanted");
    clerk
        .post(&path("ship"), "")
        .await
        .is_problem(409, "order.not_placed");
    ann.post(&path("cancel"), "").await.expect(200);
    ann.post(&path("items"), r#"{"product":"tea","units":1}"#)
        .await
        .is_problem(409, "order.not_open");
    assert_eq!(ann.get("/products/tea").await.json()["in_stock"], json!(2));
}
