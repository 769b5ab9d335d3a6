//! What feeds the read models: the log, from its beginning, and on as it grows.
//!
//! All processes on one log see all events, whoever stored them, and in one order.

use pericarp::cache::Cache;
use pericarp::dispatcher::{Dispatcher, SubscribeError};
use pericarp::store::{ReadError, ReadLog, Store as _};
use pericarp::{Page, ReplayError};

use crate::log::Store;
use crate::shop::{Basket, End, Listed, Opened, Placed, Stock};
use crate::views::Views;

/// Why the read models do not go on.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// An event cannot be read.
    #[error("an event cannot be read")]
    Replay(#[from] ReplayError),
}

/// What makes answers stale that are kept.
pub(crate) fn invalidation(cache: &Cache) -> Result<Dispatcher, SubscribeError> {
    Dispatcher::builder()
        .invalidate::<Listed>("stale listings", cache)
        .invalidate::<Stock>("stale stock", cache)
        .invalidate::<Opened>("stale openings", cache)
        .invalidate::<Basket>("stale baskets", cache)
        .invalidate::<Placed>("stale orders", cache)
        .invalidate::<End>("stale ends", cache)
        .build()
}

/// Reads on to the end of the log.
pub(crate) async fn catch_up(
    store: &Store,
    views: &Views,
    invalidation: &Dispatcher,
) -> Result<(), FeedError> {
    let mut pages = store.pages(ReadLog::all().after(views.position()));
    while let Some(page) = pages.next().await? {
        feed(page, views, invalidation).await?;
    }
    Ok(())
}

/// Follows the log until the store is closed.
pub(crate) async fn follow(
    store: &Store,
    views: &Views,
    invalidation: &Dispatcher,
) -> Result<(), FeedError> {
    loop {
        match store.wait_past(views.position()).await {
            Ok(_) => catch_up(store, views, invalidation).await?,
            Err(ReadError::Closed) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

// ANCHOR: feed
/// Whoever waits for a position is told of it once nothing older can be asked.
async fn feed(page: &Page, views: &Views, invalidation: &Dispatcher) -> Result<(), FeedError> {
    let Some(last) = page.last() else {
        return Ok(());
    };
    views.apply(page)?;
    if let Err(errors) = invalidation.deliver(page).await {
        tracing::error!(%errors, "answers may be stale until their time is up");
    }
    views.have_reached(last.position);
    Ok(())
}
// ANCHOR_END: feed
