//! No middleware makes the future of a request a multiple of what it was.
//!
//! Whoever took a future by value and pinned it held it twice, so that a timeout around a guard
//! against panics around a cache made 77 KB of 6, which overflowed stacks.

use std::convert::Infallible;
use std::future::pending;

use pericarp::cache::Cache;
use pericarp::middleware::{
    Cacheable, Cached, CatchPanic, Idempotent, Limit, Retry, Timeout, Trace,
};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Payload, Pericarp, Provide};

use crate::domain::Add;

/// What each may hold besides what is inside of it.
const EACH: usize = 400;

struct Archive {
    cache: Cache,
}

impl Provide<Self> for Archive {
    fn provide(&self) -> &Self {
        self
    }
}

impl Provide<Cache> for Archive {
    fn provide(&self) -> &Cache {
        &self.cache
    }
}

macro_rules! queries {
    ($($query:ident: $middleware:expr;)+) => { $(
        #[derive(Query)]
        #[query(on = Archive, returns = u64, middleware($middleware))]
        struct $query;

        impl Answer<$query> for Archive {
            async fn answer(&self, _: &$query) -> Result<u64, Infallible> {
                let page = [0_u8; 8_192];
                pending::<()>().await;
                Ok(page.iter().map(|byte| u64::from(*byte)).sum())
            }
        }

        impl Cacheable for $query {
            const SPACE: &'static str = stringify!($query);
            const PER_PRINCIPAL: bool = false;

            fn key(&self) -> String {
                String::new()
            }
        }
    )+ };
}

queries! {
    Plain: Idempotent;
    Kept: Cached;
}

#[test]
fn a_layer_adds_little_to_a_future() {
    let bare = Pericarp::new(MemoryStore::new());
    let layered = Pericarp::builder(MemoryStore::new())
        .layer(Trace::new())
        .layer(CatchPanic)
        .layer(Retry::attempts(2))
        .layer(Timeout::secs(1))
        .layer(Limit::at_once(1))
        .layer(Idempotent)
        .build();
    let add = || Payload::new(Add { tally: 1, n: 1 });
    let without = size_of_val(&bare.execute_payload(add()));
    let with = size_of_val(&layered.execute_payload(add()));
    assert!(
        with <= without + 6 * EACH,
        "{without} without, {with} with layers"
    );
}

#[test]
fn a_cache_adds_little_to_the_future_of_a_query() {
    let cache = Cache::builder().build();
    let app = Pericarp::builder(MemoryStore::new())
        .with(Archive { cache })
        .build();
    let plain = size_of_val(&app.ask_payload(Payload::new(Plain)));
    let kept = size_of_val(&app.ask_payload(Payload::new(Kept)));
    assert!(plain > 8_192);
    assert!(
        kept <= plain + 4 * EACH,
        "{plain} without, {kept} with the cache"
    );
}
