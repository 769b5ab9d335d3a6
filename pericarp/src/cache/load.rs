use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::Entry;
use super::flights::{Joined, Lead};
use super::second::{Asked, Marks};
use super::{Cache, Key};

/// The longest key, in bytes, of an answer that is kept: whoever asks may choose keys, and memory is
/// bounded by how many there are.
const LONGEST: usize = 4_096;

/// What was loaded, and whether it says that there is nothing.
pub(crate) struct Loaded<T> {
    pub(crate) value: Option<T>,
    pub(crate) is_negative: bool,
}

impl Cache {
    /// The answer under a key: what is kept, or what `load` brings; `None` if there is none.
    /// Under a key of more than 4,096 bytes nothing is kept.
    ///
    /// `load` runs here, at most once, and only if nobody else is on the way for this key. Giving
    /// up lets another go, and so does, after [a while](super::CacheBuilder::patience), not being
    /// polled any more. A `load` that asks for its own key waits for itself.
    ///
    /// # Errors
    /// What `load` fails with. That is kept nowhere: whoever waits meanwhile tries himself, one
    /// after another. A second level that fails is no error.
    pub async fn get_or_load<T, E, W>(
        &self,
        key: &Key,
        load: impl FnOnce() -> W,
    ) -> Result<Option<Arc<T>>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        W: Future<Output = Result<Option<T>, E>>,
    {
        let load = pin!(async {
            let value = load().await?;
            let is_negative = value.is_none();
            Ok(Loaded { value, is_negative })
        });
        self.get_or_load_with(key, load).await
    }

    /// The same, where what is loaded says itself whether it is nothing. It is polled only if it is
    /// to be loaded. It comes pinned, since it goes through futures each of which would hold it twice.
    pub(crate) async fn get_or_load_with<T, E, W>(
        &self,
        key: &Key,
        load: Pin<&mut W>,
    ) -> Result<Option<Arc<T>>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        W: Future<Output = Result<Loaded<T>, E>>,
    {
        let shared = &*self.shared;
        if key.as_str().len() > LONGEST {
            shared.counts.misses.one_more();
            return Ok(self.load(load).await?.value.map(Arc::new));
        }
        loop {
            let old = match self.look(key) {
                Some((value, false)) => {
                    shared.counts.l1_hits.one_more();
                    return Ok(value);
                }
                Some((value, true)) => Some(value),
                None => None,
            };
            match shared.flights.join(key.as_str()) {
                Joined::Follow(flight) => {
                    if let Some(old) = old {
                        shared.counts.l1_hits.one_more();
                        return Ok(old);
                    }
                    let Ok(landed) = flight.landed(shared.patience).await else {
                        shared.counts.stalled_loads.one_more();
                        shared.flights.end(key.as_str(), &flight);
                        continue;
                    };
                    let good = landed.filter(|entry| shared.generations.are_still(&entry.seen));
                    if let Some(value) = good.and_then(|entry| entry.read()) {
                        shared.counts.shared.one_more();
                        return Ok(value);
                    }
                }
                Joined::Lead(lead) => {
                    // Whoever led before may have landed since.
                    if let Some((value, false)) = self.look(key) {
                        shared.counts.l1_hits.one_more();
                        return Ok(value);
                    }
                    return match (self.lead(key, lead, load).await, old) {
                        // It was early, and the old one still counts.
                        (Err(_), Some(old)) => Ok(old),
                        (brought, _) => brought,
                    };
                }
            }
        }
    }

    /// The answer in memory, and whether it is time to look for a newer one.
    #[inline]
    fn look<T: Send + Sync + 'static>(&self, key: &Key) -> Option<(Option<Arc<T>>, bool)> {
        let shared = &*self.shared;
        let entry = shared.memory.get(key.as_str())?;
        let now = shared.clock.instant();
        if !entry.is_good(&shared.generations, now) {
            return None;
        }
        Some((entry.read()?, now >= entry.refresh))
    }

    /// Brings the answer for all who wait for it.
    async fn lead<T, E, W>(
        &self,
        key: &Key,
        lead: Lead<'_>,
        load: Pin<&mut W>,
    ) -> Result<Option<Arc<T>>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        W: Future<Output = Result<Loaded<T>, E>>,
    {
        let shared = &*self.shared;
        let Brought { entry, value, put } = lead.fly(self.bring(key, load)).await?;
        if lead.is_over() {
            // Another went instead, and has a newer one.
            return Ok(value);
        }
        shared.memory.put(key.as_str(), entry.clone());
        lead.land(entry);
        if let (Some(second), Some((marks, keep))) = (&shared.second, put) {
            second.put(key, value.as_deref(), &marks, keep).await;
        }
        Ok(value)
    }

    /// Brings an answer from the second level, or else loads it.
    async fn bring<T, E, W>(&self, key: &Key, load: Pin<&mut W>) -> Result<Brought<T>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        W: Future<Output = Result<Loaded<T>, E>>,
    {
        let shared = &*self.shared;
        // Before anything is read that an invalidation may make stale.
        let seen = shared.generations.see(key);
        let asked = match &shared.second {
            Some(second) => second.get::<T>(key).await,
            None => Asked::Nothing,
        };
        let marks = match asked {
            Asked::Hit(value, keep) => {
                shared.counts.l2_hits.one_more();
                let value = value.map(Arc::new);
                let is_negative = value.is_none();
                let entry = shared.entry(key, seen, value.clone(), is_negative, keep);
                let put = None;
                return Ok(Brought { entry, value, put });
            }
            Asked::Miss(marks) => Some(marks),
            Asked::Nothing => None,
        };
        shared.counts.misses.one_more();
        let Loaded { value, is_negative } = self.load(load).await?;
        let value = value.map(Arc::new);
        let entry = shared.entry(key, seen, value.clone(), is_negative, Duration::MAX);
        let put = match (&shared.second, marks) {
            (Some(second), Some(marks)) if is_negative => {
                Some((marks, shared.times.negative_ttl.min(second.ttl)))
            }
            (Some(second), Some(marks)) => Some((marks, second.ttl)),
            _ => None,
        };
        Ok(Brought { entry, value, put })
    }

    async fn load<T, E>(
        &self,
        load: impl Future<Output = Result<Loaded<T>, E>>,
    ) -> Result<Loaded<T>, E> {
        let counts = &self.shared.counts;
        counts.loads.one_more();
        load.await.inspect_err(|_| counts.failed_loads.one_more())
    }
}

/// An answer for whoever asked and for those who wait.
struct Brought<T> {
    entry: Arc<Entry>,
    value: Option<Arc<T>>,
    /// To be put into the second level, with these marks for so long.
    put: Option<(Marks, Duration)>,
}
