//! What Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};

use crate::shop::{Shop, placed_of};

#[tokio::test]
async fn what_was_done_is_counted() {
    let shop = Shop::open().await;
    shop.list("tea", 10).await;
    let mut ann = shop.customer("ann").await;
    let order = placed_of(&mut ann, "tea", 1).await;
    ann.post(&format!("/orders/{order}/place"), "")
        .await
        .expect(409);
    ann.get("/products/tea").await.expect(200);

    let reply = ann.get("/metrics").await.expect(200);
    assert!(
        reply
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    let samples = parse(&reply.text);
    let requests = |name: &str, kind: &str, outcome: &str| {
        let labels = format!("kind=\"{kind}\",name=\"{name}\",outcome=\"{outcome}\"");
        samples[&format!("pericarp_requests_total{{{labels}}}")]
    };
    assert_eq!(requests("ListProduct", "command", "ok"), 1.0);
    assert_eq!(requests("PlaceOrder", "command", "ok"), 1.0);
    assert_eq!(requests("PlaceOrder", "command", "command.refused"), 1.0);
    assert_eq!(requests("FindProduct", "query", "ok"), 1.0);
    let appends = "pericarp_store_appends_total{store=\"storefront\",outcome=\"ok\"}";
    assert_eq!(samples[appends], 4.0);
    assert_eq!(samples["storefront_view_position"], 6.0);
}

/// Every sample, of a text that is as it should be: each family says what it is before its samples,
/// none comes twice, and the buckets of histograms do not fall.
#[track_caller]
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut described, mut samples) = (BTreeSet::new(), BTreeMap::new());
    let mut kind = String::new();
    let mut bucket: Option<(String, f64)> = None;
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').unwrap();
            assert!(
                !words.is_empty() && described.insert(name.to_owned()),
                "{line}"
            );
            continue;
        }
        if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, of) = of.split_once(' ').unwrap();
            assert!(described.contains(name), "{line}");
            kind = of.to_owned();
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap();
        assert!(
            samples.insert(name.to_owned(), value).is_none(),
            "twice: {line}"
        );
        let family = name.split('{').next().unwrap();
        let ends = ["_bucket", "_sum", "_count"].iter();
        let base = ends.clone().find_map(|end| family.strip_suffix(end));
        let base = base.filter(|_| kind == "histogram").unwrap_or(family);
        assert!(described.contains(base), "{line}");
        if let Some((series, _)) = name.split_once("le=") {
            let below = bucket
                .filter(|(of, _)| of == series)
                .map_or(0.0, |(_, below)| below);
            assert!(value >= below, "{line}");
            bucket = Some((series.to_owned(), value));
        }
    }
    assert!(samples.len() > 50);
    samples
}
