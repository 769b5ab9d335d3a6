use super::Cache;
use crate::dispatcher::DispatcherBuilder;
use crate::{DecodeEvent, Event, RecordedEvent};

/// What an event makes stale: unless it says otherwise, what has the name of its stream as a tag.
///
/// ```
/// use pericarp::cache::{Cache, Invalidates};
/// use pericarp::dispatcher::Dispatcher;
/// use pericarp::prelude::*;
/// use pericarp::RecordedEvent;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.transferred")]
/// struct Transferred { to: String }
///
/// impl Invalidates for Transferred {
///     fn tags(&self, record: &RecordedEvent<'_>) -> Vec<String> {
///         vec![record.stream.to_owned(), format!("account-{}", self.to)]
///     }
/// }
///
/// let cache = Cache::builder().build();
/// let dispatcher = Dispatcher::builder()
///     .invalidate::<Transferred>("balances", &cache)
///     .build()?;
/// # let _ = dispatcher;
/// # Ok::<(), pericarp::dispatcher::SubscribeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "write `impl Invalidates for {Self}`, which does not say yet what it makes stale",
    label = "no `Invalidates` for `{Self}`"
)]
pub trait Invalidates: Event {
    /// The tags, or the texts of keys, that it makes stale.
    fn tags(&self, record: &RecordedEvent<'_>) -> Vec<String> {
        vec![record.stream.to_owned()]
    }
}

impl DispatcherBuilder {
    /// Subscribes a cache to all events that are an `E` today: each makes stale what it
    /// [says](Invalidates). Errors call it by `name`.
    pub fn invalidate<E>(self, name: &str, cache: &Cache) -> Self
    where
        E: Invalidates + for<'de> DecodeEvent<'de> + Send + 'static,
    {
        let cache = cache.clone();
        self.on(name, move |event: E, record| {
            let (cache, tags) = (cache.clone(), event.tags(record));
            async move {
                cache.invalidate(tags).await;
                Ok(())
            }
        })
    }
}
