use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Payload, Query};

/// A query whose answers may be kept, and under what: see [`Cached`](super::Cached).
#[diagnostic::on_unimplemented(
    message = "write `impl Cacheable for {Self}`, which does not say yet under what its answers are kept",
    label = "no `Cacheable` for `{Self}`",
    note = "write `impl Cacheable for {Self} {{ const SPACE: &'static str = ..; const PER_PRINCIPAL: bool = ..; fn key(&self) -> String {{ .. }} }}`; its answer must be `Clone`, `Serialize` and `Deserialize`"
)]
pub trait Cacheable:
    Query<Answer: Clone + Serialize + DeserializeOwned + Send + Sync + 'static>
{
    /// The name that all its answers are kept under. It is in the second level, which may outlive
    /// the build: give it another when the type of the answer changes.
    const SPACE: &'static str;

    /// Whether the answer depends on who asks, or on the roles they have: by a middleware inside of
    /// this, or since the query itself is filled in by who asks. Then each gets their own.
    const PER_PRINCIPAL: bool;

    /// What tells it from other queries of its type: all of its fields that the answer depends on.
    fn key(&self) -> String;

    /// What its answer goes stale with, such as the name of a stream it is made of.
    fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether an answer says that there is nothing, and so is kept for a shorter time.
    fn is_nothing(answer: &Self::Answer) -> bool {
        let _ = answer;
        false
    }

    #[doc(hidden)]
    fn cache_key(payload: &Payload<Self>) -> crate::cache::Key {
        use crate::cache::Key;
        let (request, principal) = (&payload.request, payload.principal.as_ref());
        let key = match Self::PER_PRINCIPAL {
            true => Key::of_principal(Self::SPACE, principal, request.key()),
            false => Key::new(Self::SPACE, request.key()),
        };
        request.tags().into_iter().fold(key, Key::tagged)
    }
}
