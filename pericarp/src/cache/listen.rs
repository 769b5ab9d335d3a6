use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_timer::Delay;

use super::hearing::Hearing;
use super::second::Stale;
use super::shared::Shared;
use super::{Cache, News};

/// Not even where nothing is to be waited for is a server asked without end.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

impl Cache {
    /// Hears what other processes invalidate, through the second level, and makes it stale here, for as
    /// long as this is polled: have a task of its own do it.
    ///
    /// It ends at once if there is no second level, or one that tells nothing. While the connection
    /// is lost, nothing is known of what others do: then all that is in memory is stale, what is
    /// loaded counts for [a short time](super::CacheBuilder::deaf_ttl), and it is connected again
    /// after [a pause](super::CacheBuilder::second_level_pause). It is the same once this is
    /// dropped.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use pericarp::cache::{Cache, Redis};
    ///
    /// # async fn start() -> Result<(), pericarp::cache::InvalidUrl> {
    /// let redis = Redis::new("redis://127.0.0.1/", "shop")?;
    /// let cache = Cache::builder().second_level(redis, Duration::from_secs(600)).build();
    /// let listening = tokio::spawn(cache.listen());
    /// // .. and when the application ends:
    /// listening.abort();
    /// # Ok(())
    /// # }
    /// ```
    pub fn listen(&self) -> impl Future<Output = ()> + Send + use<> {
        let shared = self.shared.clone();
        async move {
            let Some(second) = &shared.second else {
                return;
            };
            let hear = |news| shared.hear(news);
            let mut deaf = None;
            while let Some(listening) = second.level.listen(&hear) {
                deaf.get_or_insert_with(|| Deaf::new(&shared));
                // Whatever it was, it is tried again.
                let _ = listening.await;
                shared.is_deaf();
                Delay::new(second.pause.max(LEAST_PAUSE)).await;
            }
        }
    }
}

impl Shared {
    fn hear(&self, news: News) {
        match news {
            News::Connected => {
                // What was told before is not known.
                self.generations.advance_all();
                self.hearing.set(Hearing::HEARS);
            }
            News::Stale(tags) => {
                for tag in &tags {
                    self.counts.heard.one_more();
                    match Stale::of(tag) {
                        Stale::Everything => self.generations.advance_all(),
                        Stale::Tag(tag) => self.generations.advance(tag),
                    }
                }
            }
        }
    }

    fn is_deaf(&self) {
        // In this order: what is loaded now is made stale, or knows it.
        self.hearing.set(Hearing::DEAF);
        self.generations.advance_all();
    }
}

/// It is to hear, and does not yet; nor any more when this is dropped.
struct Deaf<'s>(&'s Arc<Shared>);

impl<'s> Deaf<'s> {
    fn new(shared: &'s Arc<Shared>) -> Self {
        shared.is_deaf();
        Self(shared)
    }
}

impl Drop for Deaf<'_> {
    fn drop(&mut self) {
        self.0.is_deaf();
    }
}
