//! What is sent again under its key is done once.

use crate::shop::{Shop, order_of};

#[tokio::test]
async fn a_command_that_is_sent_again_is_the_same_command() {
    let shop = Shop::open().await;
    shop.list("tea", 10).await;
    let mut ann = shop.customer("ann").await;
    let first = ann.post_as("open", "/orders", "").await.expect(201);
    let again = ann.post_as("open", "/orders", "").await.expect(201);
    assert_eq!(
        (first.order(), first.position()),
        (again.order(), again.position())
    );
    // Under the same key of somebody else it is another.
    let theirs = shop
        .customer("bob")
        .await
        .post_as("open", "/orders", "")
        .await;
    assert_ne!(theirs.expect(201).order(), first.order());

    let items = format!("/orders/{}/items", first.order());
    let tea = r#"{"product":"tea","units":2}"#;
    let added = ann.post_as("add", &items, tea).await.expect(200);
    let again = ann.post_as("add", &items, tea).await.expect(200);
    assert_eq!(added.position(), again.position());
    let other = r#"{"product":"tea","units":3}"#;
    ann.post_as("add", &items, other)
        .await
        .is_problem(422, "command.key_reused");

    let place = format!("/orders/{}/place", first.order());
    let placed = ann.post_as("place", &place, "").await.expect(200);
    let again = ann.post_as("place", &place, "").await.expect(200);
    assert_eq!(placed.position(), again.position());
    let tea = ann
        .get_after("/products/tea", placed.position())
        .await
        .json();
    assert_eq!(tea["in_stock"], 8);

    let another = order_of(&mut ann, "tea", 1).await;
    let reused = ann
        .post_as("place", &format!("/orders/{another}/place"), "")
        .await;
    reused.is_problem(422, "command.key_reused");
}

#[tokio::test]
async fn those_who_send_it_at_once_get_one_answer() {
    let shop = Shop::open().await;
    shop.list("tea", 100).await;
    let mut ann = shop.customer("ann").await;
    let order = order_of(&mut ann, "tea", 1).await;
    let path = format!("/orders/{order}/place");
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut ann, path) = (shop.customer("ann").await, path.clone());
        sending.spawn(async move { ann.post_as("once", &path, "").await.expect(200).position() });
    }
    let positions = sending.join_all().await;
    assert!(
        positions.iter().all(|position| *position == positions[0]),
        "{positions:?}"
    );
    let tea = ann.get_after("/products/tea", positions[0]).await.json();
    assert_eq!(tea["in_stock"], 99);
}

#[tokio::test]
async fn of_what_is_scarce_no_more_is_sold_than_there_is() {
    let shop = Shop::open().await;
    shop.list("tea", 5).await;
    let mut buying = tokio::task::JoinSet::new();
    for number in 0..12 {
        let mut customer = shop.customer(&format!("customer {number}")).await;
        buying.spawn(async move {
            let order = order_of(&mut customer, "tea", 1).await;
            let reply = customer.post(&format!("/orders/{order}/place"), "").await;
            match reply.status {
                200 => true,
                _ => {
                    reply.is_problem(409, "product.out_of_stock");
                    false
                }
            }
        });
    }
    let sold = buying.join_all().await.into_iter().filter(|sold| *sold);
    assert_eq!(sold.count(), 5);
}
