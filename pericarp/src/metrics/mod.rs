//! Counters, gauges and histograms that cost next to nothing, and their text for Prometheus.
//!
//! A [`Registry`] has families of metrics, and a family a series for each set of label values. What
//! records takes no lock and allocates nothing; how many series there are is bounded. What
//! Pericarp itself records is [`CATALOGUE`].
//!
//! ```
//! use pericarp::metrics::{Description, Registry};
//!
//! const PLACED: Description<1> =
//!     Description::counter("shop_orders_total", "Orders that were placed.").labels(&["channel"]);
//!
//! let registry = Registry::new();
//! let placed = registry.counter(&PLACED)?;
//! placed.with(["web"]).add(2);
//! assert!(registry.to_prometheus().contains("shop_orders_total{channel=\"web\"} 2\n"));
//! # Ok::<(), pericarp::metrics::RegisterError>(())
//! ```

mod buckets;
pub(crate) mod catalogue;
mod counter;
mod description;
mod error;
mod family;
mod gauge;
mod histogram;
mod kind;
mod prometheus;
mod registry;
mod shards;
mod table;

pub use buckets::Buckets;
pub use catalogue::CATALOGUE;
pub use counter::Counter;
pub use description::{Description, Metric};
pub use error::RegisterError;
pub use family::{Family, OTHER};
pub use gauge::Gauge;
pub use histogram::Histogram;
pub use kind::{Kind, Measure};
pub use prometheus::CONTENT_TYPE;
pub use registry::Registry;
