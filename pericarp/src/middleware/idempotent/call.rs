use crate::middleware::Middleware;
use crate::{CommitId, Handler, Outcome, Payload, Request};

/// Carries a command out once for each idempotency key, however often it is sent: a repetition gets the
/// answer of the first, and says where that was stored.
///
/// The key comes with the payload: [`Payload::with_idempotency_key`]. It counts for the principal who
/// sends it, or else the user of its metadata, so that nobody meets another's. The commit's id is derived from both, and a store holds no
/// two commits with one id, over any number of processes and restarts. The store remembers the key as
/// long as the events.
///
/// A repetition is decided again on the aggregate as it was before the first, at the time and with the
/// metadata of the first, which gives its answer; nothing is stored. If that would not store the same
/// events, the key was used for another command, or the handler does more than decide: then the error
/// is [`KeyReused`](crate::ExecuteError::KeyReused). A command that stored nothing is not remembered.
///
/// A request without a key passes, as a query does.
///
/// ```
/// use pericarp::middleware::Idempotent;
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Payload, Pericarp};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # impl Handle<Add> for Counter {
/// #     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
/// #         counter.emit(Added { n: add.n });
/// #         Ok(counter.total)
/// #     }
/// # }
///
/// #[derive(Command)]
/// #[command(aggregate = Counter, returns = u64, middleware(Idempotent))]
/// struct Add { #[command(id)] counter: String, n: u64 }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::new(MemoryStore::new());
/// let add = || Payload::new(Add { counter: "visits".into(), n: 2 }).with_idempotency_key("7f3a");
/// let first = app.execute_payload(add()).await?;
/// let again = app.execute_payload(add()).await?;
/// assert_eq!((first.answer, again.answer), (2, 2));
/// assert_eq!(first.committed, again.committed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Idempotent;

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Idempotent {
    type Needs = ();

    const ROLE: &'static str = "idempotency";

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        if let Some(key) = payload.idempotency_key() {
            let principal = payload.principal.as_ref();
            let user = match principal {
                Some(principal) => Some(principal.id.as_str()),
                None => payload.metadata().user_id.as_deref(),
            };
            let id = commit_id(user, key);
            payload.set_commit_id(id);
        }
        next.handle(payload).await
    }
}

/// The length keeps users and keys apart that run into each other.
fn commit_id(user: Option<&str>, key: &str) -> CommitId {
    match user {
        Some(user) => CommitId::of_key(&format!("{}:{user}:{key}", user.len())),
        None => CommitId::of_key(&format!(":{key}")),
    }
}
