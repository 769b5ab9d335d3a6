use crate::Stopped;
use crate::cache::Key;

/// Under the key of a query something else keeps that there is nothing, which no answer of a query
/// is: see [`Cached`](super::Cached).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key:?} is kept by something else than this query; give each a space of its own")]
#[non_exhaustive]
pub struct KeyTaken {
    /// The key.
    pub key: String,
}

impl KeyTaken {
    #[cold]
    pub(super) fn stopped(key: &Key) -> Stopped {
        let key = key.as_str().to_owned();
        let taken = Self { key };
        Stopped::new(taken.code(), taken)
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "cache.key_taken"
    }
}
