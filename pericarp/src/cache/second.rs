use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_timer::Delay;
use futures_util::future::{Either, select};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::breaker::Breaker;
use super::counts::Counts;
use super::second_level::Answering;
use super::{Found, Key, SecondLevel};
use crate::{Clock, Ids, RandomIds};

/// What everything goes stale with, as the second level is told. Tags are told behind [`TAG`].
const EVERYTHING: &str = "*";
const TAG: char = '=';

/// More invalidations than these are not remembered one by one.
const REMEMBERED: usize = 1_024;

/// The second level, and how it is treated.
pub(super) struct Second {
    pub(super) level: Box<dyn SecondLevel>,
    pub(super) ttl: Duration,
    pub(super) timeout: Duration,
    pub(super) pause: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) counts: Arc<Counts>,
    pub(super) breaker: Mutex<Breaker>,
    pub(super) pending: Mutex<Pending>,
}

/// Tags that were invalidated, and of which the second level has not been told: each with the number
/// of its last invalidation.
#[derive(Default)]
pub(super) struct Pending {
    tags: BTreeMap<String, u64>,
    noted: u64,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    fn note(&mut self, tag: String) {
        self.noted += 1;
        self.tags.insert(tag, self.noted);
    }
}

/// What others have made stale.
pub(super) enum Stale<'t> {
    Everything,
    Tag(&'t str),
}

impl<'t> Stale<'t> {
    /// What is not known is everything.
    pub(super) fn of(told: &'t str) -> Self {
        told.strip_prefix(TAG).map_or(Self::Everything, Self::Tag)
    }
}

/// What came of asking.
pub(super) enum Asked<T> {
    /// An answer, and how much longer it is kept.
    Hit(Option<T>, Duration),
    /// None. With the marks there are, what is loaded from now on may be put there.
    Miss(Marks),
    /// It does not answer.
    Nothing,
}

/// The marks of a key and its tags.
pub(super) struct Marks(Vec<String>);

/// An answer as it is kept there.
#[derive(Serialize)]
struct Put<'v, T> {
    marks: &'v [String],
    /// One, or none: an answer may itself be `null`.
    value: &'v [&'v T],
}

#[derive(Deserialize)]
struct Got<T> {
    marks: Vec<String>,
    value: Vec<T>,
}

impl Second {
    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Asked<T> {
        if !self.tell_pending().await {
            return Asked::Nothing;
        }
        let tags: Vec<String> = tags(key).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let Some(found) = self.ask(|| self.level.get(key.as_str(), &tags)).await else {
            return Asked::Nothing;
        };
        let Found { value, marks } = found;
        let Some((bytes, keep)) = value else {
            return Asked::Miss(Marks(marks));
        };
        match serde_json::from_slice::<Got<T>>(&bytes) {
            Ok(got) if got.marks == marks => Asked::Hit(got.value.into_iter().next(), keep),
            Ok(_) => Asked::Miss(Marks(marks)),
            Err(_) => {
                // Another build has put it there.
                self.counts.l2_errors.one_more();
                Asked::Miss(Marks(marks))
            }
        }
    }

    pub(super) async fn put<T: Serialize>(
        &self,
        key: &Key,
        value: Option<&T>,
        Marks(marks): &Marks,
        keep: Duration,
    ) {
        let (marks, value) = (marks, value.as_slice());
        match serde_json::to_vec(&Put { marks, value }) {
            Ok(bytes) => {
                self.ask(|| self.level.put(key.as_str(), &bytes, keep))
                    .await;
            }
            Err(_) => self.counts.l2_errors.one_more(),
        }
    }

    /// Notes that tags are stale, for [`Second::tell_pending`].
    pub(super) fn note(&self, tags: &[String]) {
        let mut pending = self.pending();
        tags.iter().for_each(|tag| pending.note(told(tag)));
        if pending.len() > REMEMBERED {
            pending.tags.clear();
            pending.note(EVERYTHING.to_owned());
        }
    }

    /// Everything is stale.
    pub(super) fn note_all(&self) {
        self.pending().note(EVERYTHING.to_owned());
    }

    /// Tells it which tags are stale. Until it knows, nothing it has is believed.
    pub(super) async fn tell_pending(&self) -> bool {
        let pending = self.pending().tags.clone();
        if pending.is_empty() {
            return true;
        }
        let tags: Vec<String> = pending.keys().cloned().collect();
        // A mark that was never there before: what was kept under an older one stays stale. It is
        // kept longer than whatever was put there before it.
        let mark = RandomIds.next().simple().to_string();
        let keep = 2 * self.ttl + Duration::from_secs(60);
        let told = self.ask(|| self.level.mark(&tags, &mark, keep)).await;
        if told.is_some() {
            let mut left = self.pending();
            // One that was invalidated once more meanwhile has to be told once more.
            left.tags
                .retain(|tag, noted| pending.get(tag) != Some(noted));
        }
        told.is_some()
    }

    pub(super) fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask<'a, T>(&self, answering: impl FnOnce() -> Answering<'a, T>) -> Option<T> {
        let now = self.clock.instant();
        if !self.breaker().lets_through(now, self.pause) {
            return None;
        }
        let answer = match select(answering(), Delay::new(self.timeout)).await {
            Either::Left((answer, _)) => answer.ok(),
            Either::Right(_) => None,
        };
        let mut breaker = self.breaker();
        if answer.is_some() {
            breaker.succeeded();
        } else {
            self.counts.l2_errors.one_more();
            breaker.failed(self.clock.instant(), self.pause);
        }
        answer
    }
}

/// What a key goes stale with.
fn tags(key: &Key) -> impl Iterator<Item = String> {
    let tags = key.tags().iter().map(|tag| told(tag));
    [EVERYTHING.to_owned(), told(key.as_str())]
        .into_iter()
        .chain(tags)
}

fn told(tag: &str) -> String {
    format!("{TAG}{tag}")
}
