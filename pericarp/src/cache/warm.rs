use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Cache, Key};

/// What came of warming a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warmed {
    /// Keys that have an answer now, or are known to have none.
    pub warm: u64,
    /// Keys whose load failed.
    pub failed: u64,
}

impl Cache {
    /// Loads the answers under these keys before anybody asks, `at_once` so many. What is kept
    /// already is not loaded.
    ///
    /// Keys are taken from `keys` as they are needed. Dropping the future stops it: what was loaded
    /// by then is kept. A load that fails stops no other.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use pericarp::cache::{Cache, Key};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let cache = Cache::builder().build();
    /// let keys = (0..100).map(|n| (Key::new("square", n), n));
    /// let warmed = cache
    ///     .warm(keys, 8, |n: u64| async move { Ok::<_, Infallible>(Some(n * n)) })
    ///     .await;
    /// assert_eq!(warmed.warm, 100);
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn warm<A, T, E, W>(
        &self,
        keys: impl IntoIterator<Item = (Key, A)>,
        at_once: usize,
        load: impl Fn(A) -> W,
    ) -> Warmed
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        W: Future<Output = Result<Option<T>, E>>,
    {
        let load = &load;
        let loads = keys.into_iter().map(|(key, what)| async move {
            let brought = self.get_or_load(&key, || load(what)).await;
            brought.is_ok()
        });
        let mut warmed = Warmed::default();
        let mut done = stream::iter(loads).buffer_unordered(at_once.max(1));
        while let Some(is_warm) = done.next().await {
            match is_warm {
                true => warmed.warm += 1,
                false => warmed.failed += 1,
            }
        }
        warmed
    }
}
