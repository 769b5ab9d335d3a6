use super::{Description, Metric};

pub(crate) const REQUESTS: Description<3> = Description::counter(
    "pericarp_requests_total",
    "Requests that ended. The outcome is ok, or the code of the error.",
)
.labels(&["kind", "name", "outcome"]);

pub(crate) const REQUEST_SECONDS: Description<2> = Description::histogram(
    "pericarp_request_duration_seconds",
    "How long requests took, whatever came of them.",
)
.labels(&["kind", "name"]);

pub(crate) const REQUESTS_IN_FLIGHT: Description<2> = Description::gauge(
    "pericarp_requests_in_flight",
    "Requests that have come and not ended.",
)
.labels(&["kind", "name"]);

/// What Pericarp itself records, in alphabetical order.
pub const CATALOGUE: &[Metric] = &[
    *REQUEST_SECONDS.metric(),
    *REQUESTS_IN_FLIGHT.metric(),
    *REQUESTS.metric(),
    #[cfg(feature = "store")]
    *STORE_APPEND_SECONDS.metric(),
    #[cfg(feature = "store")]
    *STORE_APPENDS_IN_FLIGHT.metric(),
    #[cfg(feature = "store")]
    *STORE_APPENDS.metric(),
    #[cfg(feature = "store")]
    *STORE_BATCH_COMMITS.metric(),
    #[cfg(feature = "store")]
    *STORE_COMMIT_EVENTS.metric(),
    #[cfg(feature = "store")]
    *STORE_LOADS.metric(),
    #[cfg(feature = "store")]
    *STORE_PAGE_EVENTS.metric(),
    #[cfg(feature = "store")]
    *STORE_QUEUE_LENGTH.metric(),
    #[cfg(feature = "store")]
    *STORE_SNAPSHOTS.metric(),
];

#[cfg(feature = "store")]
pub(crate) use store::*;

#[cfg(feature = "store")]
mod store {
    use crate::metrics::{Buckets, Description};

    pub(crate) const STORE_APPENDS: Description<2> = Description::counter(
        "pericarp_store_appends_total",
        "Appends that were answered. The outcome is ok, or the code of the error: append.conflict for a conflict.",
    )
    .labels(&["store", "outcome"]);

    pub(crate) const STORE_APPEND_SECONDS: Description<1> = Description::histogram(
        "pericarp_store_append_duration_seconds",
        "How long appends took to be answered.",
    )
    .labels(&["store"]);

    pub(crate) const STORE_APPENDS_IN_FLIGHT: Description<1> = Description::gauge(
        "pericarp_store_appends_in_flight",
        "Appends that wait for their answer, in the queue or in a batch.",
    )
    .labels(&["store"]);

    pub(crate) const STORE_COMMIT_EVENTS: Description<1> = Description::histogram(
        "pericarp_store_commit_events",
        "Events of each commit that was stored. Its sum is the events.",
    )
    .buckets(Buckets::COUNT)
    .labels(&["store"]);

    pub(crate) const STORE_BATCH_COMMITS: Description<1> = Description::histogram(
        "pericarp_store_batch_commits",
        "Commits of each batch that the writer stored together.",
    )
    .buckets(Buckets::COUNT)
    .labels(&["store"]);

    pub(crate) const STORE_QUEUE_LENGTH: Description<1> = Description::gauge(
        "pericarp_store_queue_length",
        "Appends that wait for the writer.",
    )
    .labels(&["store"]);

    pub(crate) const STORE_LOADS: Description<2> = Description::counter(
        "pericarp_store_loads_total",
        "Streams that were folded. The outcome is ok, or the code of the error.",
    )
    .labels(&["store", "outcome"]);

    pub(crate) const STORE_SNAPSHOTS: Description<2> = Description::counter(
        "pericarp_store_snapshots_total",
        "Snapshots. The outcome is taken, used for a load, or refused by one.",
    )
    .labels(&["store", "outcome"]);

    pub(crate) const STORE_PAGE_EVENTS: Description<1> = Description::histogram(
        "pericarp_store_page_events",
        "Events of each page that was read. Its count is the pages.",
    )
    .buckets(Buckets::COUNT)
    .labels(&["store"]);
}
