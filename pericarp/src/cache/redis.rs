use std::convert::Infallible;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

use futures_timer::Delay;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Pipeline, RedisResult};
use tokio::sync::OnceCell;

use super::second_level::Answering;
use super::{Found, News, SecondLevel, SecondLevelFault};
use crate::middleware::before;
use crate::{Ids, RandomIds};

/// A Redis, version 6 or later, as the second level of a cache.
///
/// Answers are under `prefix:a:key`, and the marks of tags, which tell what is stale, under
/// `prefix:t:=tag`. All of them expire. Who [listens](super::Cache::listen) hears of marks on the
/// channel `prefix:m`. Caches of different applications have different prefixes, none of which is
/// another's beginning up to a colon.
///
/// ```no_run
/// use std::time::Duration;
///
/// use pericarp::cache::{Cache, Redis};
///
/// let redis = Redis::new("redis://127.0.0.1/", "shop")?;
/// let cache = Cache::builder()
///     .second_level(redis, Duration::from_secs(600))
///     .build();
/// # let _ = cache;
/// # Ok::<(), pericarp::cache::InvalidUrl>(())
/// ```
pub struct Redis {
    client: Client,
    prefix: String,
    manager: OnceCell<ConnectionManager>,
    /// Who it is that marks.
    id: String,
    heartbeat: Duration,
}

/// A URL that names no Redis.
#[derive(Debug, thiserror::Error)]
#[error("not the URL of a Redis; it is redis://[user:password@]host[:port][/database]")]
#[non_exhaustive]
pub struct InvalidUrl {
    /// What is wrong with it.
    pub source: redis::RedisError,
}

impl InvalidUrl {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "cache.url"
    }
}

impl Redis {
    /// The Redis at a URL, and what its keys begin with. It is connected to when it is first needed,
    /// and again whenever the connection is lost.
    ///
    /// # Errors
    /// [`InvalidUrl`] if the URL is none of a Redis.
    pub fn new(url: &str, prefix: impl Into<String>) -> Result<Self, InvalidUrl> {
        Ok(Self {
            client: Client::open(url).map_err(|source| InvalidUrl { source })?,
            prefix: prefix.into(),
            manager: OnceCell::new(),
            id: RandomIds.next().simple().to_string(),
            heartbeat: Duration::from_secs(5),
        })
    }

    /// How often a connection that [listens](super::Cache::listen) is tried, and how long it may take to
    /// answer before it counts as lost: 5 seconds.
    #[must_use]
    pub const fn heartbeat(mut self, every: Duration) -> Self {
        self.heartbeat = every;
        self
    }

    async fn query<T: redis::FromRedisValue>(&self, pipeline: &Pipeline) -> RedisResult<T> {
        let manager = self.manager.get_or_try_init(|| async {
            // It is the cache that bounds how long anybody waits, and when one tries again.
            let config = ConnectionManagerConfig::new()
                .set_number_of_retries(0)
                .set_connection_timeout(Some(Duration::from_secs(1)))
                .set_response_timeout(Some(Duration::from_secs(1)));
            ConnectionManager::new_lazy_with_config(self.client.clone(), config)
        });
        let mut connection = manager.await?.clone();
        pipeline.query_async(&mut connection).await
    }

    fn answer(&self, key: &str) -> String {
        format!("{}:a:{key}", self.prefix)
    }

    fn mark_of(&self, tag: &str) -> String {
        format!("{}:t:{tag}", self.prefix)
    }

    fn channel(&self) -> String {
        format!("{}:m", self.prefix)
    }

    /// Hears until the connection is lost, and says why it is.
    async fn hear(
        &self,
        hear: &(dyn Fn(News) + Send + Sync),
    ) -> Result<Infallible, SecondLevelFault> {
        let subscribed = async {
            let mut connection = self.client.get_async_pubsub().await?;
            connection.subscribe(self.channel()).await?;
            RedisResult::Ok(connection)
        };
        let connection = before(self.heartbeat, pin!(subscribed)).await;
        let (mut sink, mut messages) = connection.ok_or(Silent)??.split();
        hear(News::Connected);
        let hearing = pin!(async {
            while let Some(message) = messages.next().await {
                // What is not read could be anything.
                let told = serde_json::from_slice::<Told>(message.get_payload_bytes());
                match told {
                    Ok(Told(from, _)) if from == self.id => {}
                    Ok(Told(_, tags)) => hear(News::Stale(tags)),
                    Err(_) => hear(News::Connected),
                }
            }
        });
        let beating = pin!(async {
            loop {
                Delay::new(self.heartbeat).await;
                let answer = before(self.heartbeat, pin!(sink.ping::<redis::Value>())).await;
                if let Err(error) = answer.ok_or(Silent)? {
                    return Err::<Infallible, SecondLevelFault>(error.into());
                }
            }
        });
        match select(hearing, beating).await {
            Either::Left(((), _)) => Err(Silent.into()),
            Either::Right((lost, _)) => lost,
        }
    }
}

impl SecondLevel for Redis {
    fn get<'a>(&'a self, key: &'a str, tags: &'a [&'a str]) -> Answering<'a, Found> {
        Box::pin(async move {
            let answer = self.answer(key);
            let tags: Vec<String> = tags.iter().map(|tag| self.mark_of(tag)).collect();
            let mut pipeline = redis::pipe();
            pipeline.get(&answer).pttl(&answer).mget(&tags);
            let (value, keep, marks): (Option<Vec<u8>>, i64, Vec<Option<String>>) =
                self.query(&pipeline).await?;
            // It may have expired between the two; one without an end is not of ours.
            let keep = u64::try_from(keep).ok().map(Duration::from_millis);
            Ok(Found {
                value: value.zip(keep),
                marks: marks.into_iter().map(Option::unwrap_or_default).collect(),
            })
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], keep: Duration) -> Answering<'a, ()> {
        Box::pin(async move {
            let mut pipeline = redis::pipe();
            pipeline
                .pset_ex(self.answer(key), value, millis(keep))
                .ignore();
            Ok(self.query(&pipeline).await?)
        })
    }

    fn mark<'a>(&'a self, tags: &'a [String], mark: &'a str, keep: Duration) -> Answering<'a, ()> {
        Box::pin(async move {
            let mut pipeline = redis::pipe();
            for tag in tags {
                pipeline
                    .pset_ex(self.mark_of(tag), mark, millis(keep))
                    .ignore();
            }
            let told = serde_json::to_vec(&(&self.id, tags))?;
            pipeline.publish(self.channel(), told).ignore();
            Ok(self.query(&pipeline).await?)
        })
    }

    fn listen<'a>(
        &'a self,
        hear: &'a (dyn Fn(News) + Send + Sync),
    ) -> Option<Answering<'a, Infallible>> {
        Some(Box::pin(self.hear(hear)))
    }
}

/// Who has marked, and what.
#[derive(serde::Deserialize)]
struct Told(String, Vec<String>);

/// A connection that says nothing any more.
#[derive(Debug, thiserror::Error)]
#[error("the connection to Redis was lost")]
struct Silent;

/// At least one, since none is an error.
fn millis(keep: Duration) -> u64 {
    u64::try_from(keep.as_millis())
        .unwrap_or(u64::MAX / 4)
        .max(1)
}

impl fmt::Debug for Redis {
    /// The URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
