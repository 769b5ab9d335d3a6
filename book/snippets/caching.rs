//! Answers that are kept for a while.

use std::convert::Infallible;
use std::time::Duration;

use pericarp::cache::{Cache, Invalidates, Key};
use pericarp::dispatcher::Dispatcher;
use pericarp::middleware::{Cacheable, Cached, Only};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Payload, Pericarp, Principal, Provide};

use crate::Outcome;
use crate::account::{Account, AccountId, Deposited, Open};

struct Balances;

#[tokio::test]
async fn an_answer_is_loaded_once() -> Outcome {
    async fn read(name: &str) -> Result<Option<i64>, Infallible> {
        Ok((name == "ann").then_some(70))
    }
    // ANCHOR: cache
    let cache = Cache::builder()
        .capacity(10_000)
        .ttl(Duration::from_secs(60))
        .negative_ttl(Duration::from_secs(5))
        .build();
    let key = Key::new("balance", "ann").tagged("account-1");
    let balance = cache.get_or_load(&key, || read("ann")).await?;
    // ANCHOR_END: cache
    assert_eq!(balance.as_deref(), Some(&70));
    cache.get_or_load(&key, || read("ann")).await?;
    assert_eq!(cache.stats().loads, 1);
    // ANCHOR: warm
    let names = ["bob", "eve", "zoe"];
    let keys = names.map(|name| (Key::new("balance", name), name));
    let warmed = cache.warm(keys, 8, read).await;
    // ANCHOR_END: warm
    assert_eq!(warmed.warm, 3);
    Ok(())
}

// ANCHOR: cached
#[derive(Query)]
#[query(on = Balances, returns = Option<i64>, middleware(Only("teller"), Cached))]
struct BalanceOf {
    account: AccountId,
}

impl Cacheable for BalanceOf {
    const SPACE: &'static str = "balance";
    const PER_PRINCIPAL: bool = false;

    fn key(&self) -> String {
        self.account.to_string()
    }

    fn tags(&self) -> Vec<String> {
        vec![format!("account-{}", self.account)]
    }

    fn is_nothing(balance: &Option<i64>) -> bool {
        balance.is_none()
    }
}
// ANCHOR_END: cached

impl Answer<BalanceOf> for Balances {
    async fn answer(&self, _: &BalanceOf) -> Result<Option<i64>, Infallible> {
        Ok(Some(70))
    }
}

// ANCHOR: invalidates
impl Invalidates for Deposited {} // the tag is the name of its stream: account-1
// ANCHOR_END: invalidates

// ANCHOR: parts
struct Parts {
    balances: Balances,
    cache: Cache,
}

impl Provide<Cache> for Parts {
    fn provide(&self) -> &Cache {
        &self.cache
    }
}
// ANCHOR_END: parts

impl Provide<Balances> for Parts {
    fn provide(&self) -> &Balances {
        &self.balances
    }
}

#[tokio::test]
async fn a_query_is_cached_until_an_event_makes_it_stale() -> Outcome {
    let cache = Cache::builder().build();
    let parts = Parts {
        balances: Balances,
        cache: cache.clone(),
    };
    let app = Pericarp::builder(MemoryStore::new()).with(parts).build();
    let (account, owner) = (AccountId(1), "Ann");
    app.execute(Open { account, owner }).await?;
    let teller = Principal::new("tim").with_role("teller");
    let ask = || Payload::new(BalanceOf { account }).by(teller.clone());
    app.ask_payload(ask()).await?;
    app.ask_payload(ask()).await?;
    assert_eq!(cache.stats().loads, 1);
    let mut root = app.load::<Account>(&account).await?.ok_or("it exists")?;
    root.emit(Deposited { cents: 5 });
    let mut work = app.unit_of_work();
    work.add(&mut root);
    // ANCHOR: dispatcher
    let dispatcher = Dispatcher::builder()
        .invalidate::<Deposited>("balances", &cache)
        .build()?;
    work.commit_and_dispatch(&dispatcher).await?;
    // ANCHOR_END: dispatcher
    app.ask_payload(ask()).await?;
    assert_eq!(cache.stats().loads, 2);
    Ok(())
}

#[tokio::test]
async fn a_redis_is_shared() -> Outcome {
    use pericarp::cache::Redis;
    let (url, _server) = pericarp_tests::RedisServer::any();
    // ANCHOR: redis
    let redis = Redis::new(&url, "shop")?;
    let cache = Cache::builder()
        .ttl(Duration::from_secs(10))
        .second_level(redis, Duration::from_secs(600))
        .second_level_timeout(Duration::from_millis(50))
        .build();
    // ANCHOR_END: redis
    // ANCHOR: listen
    let listening = tokio::spawn(cache.listen());
    // ANCHOR_END: listen
    listening.abort();
    let key = Key::new("balance", "ann");
    let load = || async { Ok::<_, Infallible>(Some(70)) };
    let balance = cache.get_or_load(&key, load).await?;
    assert_eq!(balance.as_deref(), Some(&70));
    Ok(())
}
