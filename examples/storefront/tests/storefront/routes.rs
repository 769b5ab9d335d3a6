//! Every route, and what it answers when all goes well.

use serde_json::json;

use crate::shop::{Shop, order_of};

#[tokio::test]
async fn products_are_listed_found_and_stocked() {
    let shop = Shop::open().await;
    let mut clerk = shop.clerk().await;
    let seen = shop.list("tea", 3).await;
    assert_eq!(seen.json(), json!({ "product": "tea" }));
    shop.list("cup", 0).await;

    let more = clerk
        .post("/products/tea/stock", r#"{"units":4}"#)
        .await
        .expect(200);
    assert_eq!(more.json(), json!({ "in_stock": 7 }));
    let mut nobody = shop.nobody().await;
    let found = nobody
        .get_after("/products/tea", more.position())
        .await
        .expect(200);
    let tea = json!({ "product": "tea", "name": "A tea", "cents": 350, "in_stock": 7 });
    assert_eq!(found.json(), tea);

    let page = nobody.get("/products").await.expect(200).json();
    let names: Vec<_> = page
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["product"])
        .collect();
    assert_eq!(names, ["cup", "tea"]);
    assert_eq!(
        nobody.get("/products?page=1").await.expect(200).json(),
        json!([])
    );
}

#[tokio::test]
async fn an_order_is_filled_placed_and_shipped() {
    let shop = Shop::open().await;
    for product in ["tea", "cup"] {
        shop.list(product, 10).await;
    }
    let mut ann = shop.customer("ann").await;
    let order = order_of(&mut ann, "tea", 2).await;
    let path = |rest: &str| format!("/orders/{order}{rest}");
    ann.post(&path("/items"), r#"{"product":"cup","units":1}"#)
        .await
        .expect(200);
    ann.post(&path("/items"), r#"{"product":"tea","units":1}"#)
        .await
        .expect(200);
    let removed = ann.delete(&path("/items/cup")).await.expect(200);
    let open = ann
        .get_after(&path(""), removed.position())
        .await
        .expect(200)
        .json();
    assert_eq!(open["state"], "open");
    assert_eq!(open["items"], json!([{ "product": "tea", "units": 3 }]));

    let placed = ann.post(&path("/place"), "").await.expect(200);
    let view = ann.get_after(&path(""), placed.position()).await.json();
    assert_eq!(
        (&view["state"], &view["cents"]),
        (&json!("placed"), &json!(1050))
    );
    assert_eq!(ann.get("/products/tea").await.json()["in_stock"], 7);

    let shipped = shop
        .clerk()
        .await
        .post(&path("/ship"), "")
        .await
        .expect(200);
    let orders = ann
        .get_after("/customers/ann/orders", shipped.position())
        .await
        .json();
    assert_eq!(orders[0]["state"], "shipped");
    assert_eq!(orders[0]["order"], order);
}

#[tokio::test]
async fn what_is_cancelled_goes_back() {
    let shop = Shop::open().await;
    shop.list("tea", 10).await;
    let mut ann = shop.customer("ann").await;
    let order = order_of(&mut ann, "tea", 4).await;
    ann.post(&format!("/orders/{order}/place"), "")
        .await
        .expect(200);
    let cancelled = ann
        .post(&format!("/orders/{order}/cancel"), "")
        .await
        .expect(200);
    let tea = ann
        .get_after("/products/tea", cancelled.position())
        .await
        .json();
    assert_eq!(tea["in_stock"], 10);
    let view = ann.get(&format!("/orders/{order}")).await.json();
    assert_eq!(view["state"], "cancelled");
}

#[tokio::test]
async fn a_delivery_says_what_came_of_each_line() {
    let shop = Shop::open().await;
    shop.list("tea", 1).await;
    let lines = r#"[{"product":"tea","units":2},{"product":"mug","units":1},{"product":"tea","units":3},
                    {"product":"tea","units":0}]"#;
    let mut clerk = shop.clerk().await;
    let answer = clerk
        .post_as("monday", "/deliveries", lines)
        .await
        .expect(200)
        .json();
    assert_eq!(answer[0], json!({ "product": "tea", "in_stock": 3 }));
    assert_eq!(answer[1]["problem"]["code"], "command.not_found");
    assert_eq!(answer[2], json!({ "product": "tea", "in_stock": 6 }));
    assert_eq!(answer[3]["problem"]["faults"][0]["path"], "units");
    // Sent again, it is the same delivery.
    let again = clerk
        .post_as("monday", "/deliveries", lines)
        .await
        .expect(200)
        .json();
    assert_eq!(again, answer);
}

#[tokio::test]
async fn an_order_that_is_no_longer_in_memory_comes_from_the_log() {
    let shop = Shop::open_with(|settings| settings.orders_in_memory = 2).await;
    let mut ann = shop.customer("ann").await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(order_of(&mut ann, "tea", 1).await);
    }
    let paths = orders.iter().map(|order| format!("/orders/{order}"));
    let last = ann
        .post(&format!("/orders/{}/cancel", orders[0]), "")
        .await
        .expect(200)
        .position();
    for (path, state) in paths.zip(["cancelled", "open", "open", "open"]) {
        let view = ann.get_after(&path, last).await.expect(200).json();
        assert_eq!(
            (&view["state"], &view["items"][0]["units"]),
            (&json!(state), &json!(1))
        );
    }
    let shown = ann.get("/customers/ann/orders").await.json();
    let shown: Vec<_> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|view| &view["order"])
        .collect();
    assert_eq!(shown, [&orders[3], &orders[2]]);
}
