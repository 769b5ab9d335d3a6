//! A caller's trace goes with the events.

use pericarp::store::{ReadLog, Store as _};

use crate::shop::{Shop, order_of};

const THEIRS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The trace and the user of each event of the log.
async fn metadata(shop: &Shop) -> Vec<(String, Option<String>, Option<String>)> {
    let store = shop.server.storefront().app.store();
    let mut pages = store.pages(ReadLog::all());
    let mut all = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        for event in page.events() {
            let metadata = event.parse_metadata().unwrap();
            let event_type = event.event_type.to_owned();
            all.push((event_type, metadata.trace_id, metadata.user_id));
        }
    }
    all
}

#[tokio::test]
async fn a_trace_comes_back_in_the_answer_and_in_the_events() {
    let shop = Shop::open().await;
    shop.list("tea", 10).await;
    let mut ann = shop.customer("ann").await.with("traceparent", THEIRS);
    let order = order_of(&mut ann, "tea", 1).await;
    let placed = ann
        .post(&format!("/orders/{order}/place"), "")
        .await
        .expect(200);
    let ours = placed.header("traceparent");
    assert!(
        ours.starts_with(&format!("00-{TRACE}-")) && ours.ends_with("-01"),
        "{ours}"
    );
    assert_ne!(ours, THEIRS);

    let events = metadata(&shop).await;
    let theirs = events
        .iter()
        .filter(|(_, trace, _)| trace.as_deref() == Some(TRACE));
    let theirs: Vec<_> = theirs
        .map(|(event_type, _, user)| (&**event_type, user.as_deref()))
        .collect();
    let ann = Some("ann");
    let expected = [
        ("order.opened", ann),
        ("order.item_added", ann),
        ("order.placed", ann),
        ("product.reserved", ann),
    ];
    assert_eq!(theirs, expected);
}

#[tokio::test]
async fn where_there_is_none_one_begins() {
    let shop = Shop::open().await;
    for wrong in ["", "00-0-0-00"] {
        let mut ann = shop.customer("ann").await.with("traceparent", wrong);
        let reply = ann.post("/orders", "").await.expect(201);
        let trace = reply
            .header("traceparent")
            .split('-')
            .nth(1)
            .unwrap()
            .to_owned();
        let events = metadata(&shop).await;
        assert_eq!(events.last().unwrap().1, Some(trace));
    }
    // Of what fails too.
    let mut nobody = shop.nobody().await.with("traceparent", THEIRS);
    let problem = nobody.post("/orders", "").await.expect(401);
    assert!(problem.header("traceparent").contains(TRACE));
}
