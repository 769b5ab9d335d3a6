//! Queries that are answered from the cache.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pericarp::cache::{Cache, Key};
use pericarp::middleware::{Cacheable, Cached, KeyTaken, Only};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{AskError, Failure, Payload, Pericarp, Principal, Provide};

use super::shelf::Shelf;
use super::{Still, exact, get};

/// A read model that counts how often it is asked.
#[derive(Default)]
struct Balances {
    asked: AtomicU64,
}

struct Parts {
    balances: Balances,
    cache: Cache,
}

impl Provide<Balances> for Parts {
    fn provide(&self) -> &Balances {
        &self.balances
    }
}

impl Provide<Cache> for Parts {
    fn provide(&self) -> &Cache {
        &self.cache
    }
}

#[derive(Query)]
#[query(on = Balances, returns = Option<u64>, middleware(Only("teller"), Cached))]
struct BalanceOf {
    account: u64,
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

    fn is_nothing(balance: &Option<u64>) -> bool {
        balance.is_none()
    }
}

impl Answer<BalanceOf> for Balances {
    async fn answer(&self, query: &BalanceOf) -> Result<Option<u64>, Infallible> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        Ok((query.account < 100).then_some(asked))
    }
}

#[derive(Query)]
#[query(on = Balances, returns = u64, middleware(Cached))]
struct Mine;

impl Cacheable for Mine {
    const SPACE: &'static str = "mine";
    const PER_PRINCIPAL: bool = true;

    fn key(&self) -> String {
        String::new()
    }
}

impl Answer<Mine> for Balances {
    async fn answer(&self, _: &Mine) -> Result<u64, Infallible> {
        Ok(self.asked.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

type App = Pericarp<MemoryStore, Parts>;

fn app(cache: Cache) -> App {
    let balances = Balances::default();
    Pericarp::builder(MemoryStore::new())
        .with(Parts { balances, cache })
        .build()
}

fn ann() -> Principal {
    Principal::new("ann").with_role("teller")
}

async fn balance(app: &App, account: u64) -> Option<u64> {
    let payload = Payload::new(BalanceOf { account }).by(ann());
    app.ask_payload(payload).await.unwrap().answer
}

#[tokio::test]
async fn a_query_is_answered_from_what_is_kept_until_that_is_stale() {
    let clock = Still::new();
    let app = app(exact(&clock).build());
    assert_eq!(balance(&app, 1).await, Some(1));
    assert_eq!(balance(&app, 2).await, Some(2));
    assert_eq!(balance(&app, 1).await, Some(1));
    app.parts().cache.invalidate(["account-1"]).await;
    assert_eq!(balance(&app, 1).await, Some(3));
    assert_eq!(balance(&app, 2).await, Some(2));
    // That there is nothing is kept for a shorter time.
    for asked in [4, 4] {
        assert_eq!(balance(&app, 100).await, None);
        assert_eq!(app.parts().balances.asked.load(Ordering::SeqCst), asked);
    }
    clock.move_on(10);
    assert_eq!(balance(&app, 100).await, None);
    assert_eq!(app.parts().balances.asked.load(Ordering::SeqCst), 5);
    assert_eq!(balance(&app, 1).await, Some(3));
}

#[tokio::test]
async fn who_may_not_ask_gets_nothing_that_is_kept() {
    let app = app(Cache::builder().build());
    assert_eq!(balance(&app, 1).await, Some(1));
    let payload = Payload::new(BalanceOf { account: 1 }).by(Principal::new("eve"));
    let error = app.ask_payload(payload).await.unwrap_err();
    assert_eq!(error.code(), "request.forbidden");
}

#[tokio::test]
async fn each_principal_gets_their_own() {
    let app = app(Cache::builder().build());
    let ask = async |principal: Option<Principal>| {
        let mut payload = Payload::new(Mine);
        payload.principal = principal;
        app.ask_payload(payload).await.unwrap().answer
    };
    assert_eq!(ask(Some(ann())).await, 1);
    assert_eq!(ask(Some(Principal::new("bob"))).await, 2);
    assert_eq!(ask(Some(Principal::new("ann"))).await, 3);
    assert_eq!(ask(None).await, 4);
    assert_eq!(ask(Some(ann())).await, 1);
    assert_eq!(ask(None).await, 4);
}

#[tokio::test]
async fn an_answer_that_is_nothing_comes_back_from_the_second_level() {
    let (shelf, clock) = (Shelf::default(), Still::new());
    let keep = Duration::from_secs(100);
    let cache = || exact(&clock).second_level(shelf.clone(), keep).build();
    let (one, other) = (app(cache()), app(cache()));
    assert_eq!(balance(&one, 100).await, None);
    assert_eq!(balance(&one, 1).await, Some(2));
    assert_eq!(balance(&other, 100).await, None);
    assert_eq!(balance(&other, 1).await, Some(2));
    assert_eq!(other.parts().balances.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_key_that_something_else_has_is_an_error() {
    let app = app(Cache::builder().build());
    get(&app.parts().cache, &Key::new("balance", 1), None).await;
    let payload = Payload::new(BalanceOf { account: 1 }).by(ann());
    let error = app.ask_payload(payload).await.unwrap_err();
    assert!(matches!(&error, AskError::Stopped(stopped) if stopped.reason::<KeyTaken>().is_some()));
    assert_eq!(Failure::code(&error), "cache.key_taken");
}
