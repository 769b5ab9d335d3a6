use std::pin::pin;
use std::sync::Arc;

use super::{Cacheable, KeyTaken};
use crate::cache::{Cache, Loaded};
use crate::middleware::{AUTHORISATION, Middleware};
use crate::{Handler, Outcome, Payload, Response};

/// Answers a query from the [`Cache`] that the application provides, and else asks what is inside
/// of it, once for all who ask the same meanwhile.
///
/// It is for queries alone, and must be inside of what decides who may ask: a list that has it
/// outside does not compile. Errors are not kept.
///
/// ```
/// use pericarp::cache::Cache;
/// use pericarp::middleware::{Cacheable, Cached, Only};
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Payload, Pericarp, Principal, Provide};
///
/// struct Views;
///
/// impl Answer<BalanceOf> for Views {
///     async fn answer(&self, _: &BalanceOf) -> Result<Option<i64>, std::convert::Infallible> { Ok(Some(70)) }
/// }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = Option<i64>, middleware(Only("teller"), Cached))]
/// struct BalanceOf { account: u64 }
///
/// impl Cacheable for BalanceOf {
///     const SPACE: &'static str = "balance";
///     const PER_PRINCIPAL: bool = false;
///
///     fn key(&self) -> String { self.account.to_string() }
///
///     fn tags(&self) -> Vec<String> { vec![format!("account-{}", self.account)] }
///
///     fn is_nothing(balance: &Option<i64>) -> bool { balance.is_none() }
/// }
///
/// struct Parts { views: Views, cache: Cache }
/// # impl Provide<Views> for Parts { fn provide(&self) -> &Views { &self.views } }
/// # impl Provide<Cache> for Parts { fn provide(&self) -> &Cache { &self.cache } }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let parts = Parts { views: Views, cache: Cache::builder().build() };
/// let app = Pericarp::builder(MemoryStore::new()).with(parts).build();
/// let ask = || Payload::new(BalanceOf { account: 1 }).by(Principal::new("ann").with_role("teller"));
/// app.ask_payload(ask()).await?;
/// app.ask_payload(ask()).await?;
/// assert_eq!(app.parts().cache.stats().loads, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cached;

#[diagnostic::do_not_recommend]
impl<Q: Cacheable> Middleware<Q> for Cached {
    type Needs = Cache;

    const ROLE: &'static str = "cache";

    const INSIDE_OF: &'static [&'static str] = &[AUTHORISATION];

    async fn call(
        &self,
        payload: &mut Payload<Q>,
        cache: &Cache,
        next: &impl Handler<Q>,
    ) -> Outcome<Q> {
        let key = Q::cache_key(payload);
        let ask = pin!(async {
            let answer = next.handle(payload).await?.answer;
            let is_negative = Q::is_nothing(&answer);
            let value = Some(answer);
            Ok::<_, Q::Error>(Loaded { value, is_negative })
        });
        match cache.get_or_load_with(&key, ask).await? {
            Some(answer) => Ok(Response::new(Arc::unwrap_or_clone(answer))),
            None => Err(KeyTaken::stopped(&key).into()),
        }
    }
}
