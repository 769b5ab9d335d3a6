//! An application whose requests and store are measured.

use std::convert::Infallible;

use pericarp::metrics::{Buckets, Description, Registry};
use pericarp::middleware::{Metrics, RequestMetrics};
use pericarp::prelude::*;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{Measured, SqliteStore, StoreMetrics};
use pericarp::{Pericarp, Provide};

use crate::Outcome;

#[derive(Query)]
#[query(on = Parts, returns = u64)]
struct OpenTills;

impl Answer<OpenTills> for Parts {
    async fn answer(&self, _: &OpenTills) -> Result<u64, Infallible> {
        Ok(2)
    }
}

impl Provide<Self> for Parts {
    fn provide(&self) -> &Self {
        self
    }
}

// ANCHOR: parts
struct Parts {
    requests: RequestMetrics,
}

impl Provide<RequestMetrics> for Parts {
    fn provide(&self) -> &RequestMetrics {
        &self.requests
    }
}
// ANCHOR_END: parts

// ANCHOR: own
const BASKETS: Description<1> =
    Description::histogram("shop_basket_items", "Items of each order that was placed.")
        .buckets(Buckets::of(&[1, 2, 5, 10, 20, 50]))
        .labels(&["channel"])
        .at_most(20);
// ANCHOR_END: own

#[tokio::test]
async fn requests_and_the_store_are_measured() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.db");
    // ANCHOR: measured
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, "shop")?;
    let options = SqliteOptions::new(&path).metrics(metrics.clone());
    let store = Measured::new(SqliteStore::open_with(options).await?, metrics);
    let requests = RequestMetrics::new(&registry)?;
    let app = Pericarp::builder(store)
        .with(Parts { requests })
        .layer(Metrics)
        .build();
    // ANCHOR_END: measured
    assert_eq!(app.ask(OpenTills).await?, 2);
    // ANCHOR: recorded
    let baskets = registry.histogram(&BASKETS)?;
    let web = baskets.with(["web"]).clone();
    web.record(3);
    // ANCHOR_END: recorded
    // ANCHOR: text
    let text: String = registry.to_prometheus();
    // ANCHOR_END: text
    assert!(text.contains("pericarp_store_queue_length{store=\"shop\"} 0\n"));
    assert!(text.contains("shop_basket_items_bucket{channel=\"web\",le=\"5\"} 1\n"));
    Ok(())
}
