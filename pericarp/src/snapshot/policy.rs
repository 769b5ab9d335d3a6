use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::fingerprint::fingerprint;
use super::json;
use crate::schema::{Described, Seen};
use crate::unwound::caught;
use crate::{Aggregate, Shape, Skipped};

/// How copies of an aggregate's state are taken and read back.
///
/// `#[derive(Aggregate)]` makes one for the word `snapshot(every = 100)`; it is the value of
/// [`Aggregate::SNAPSHOTS`].
///
/// ```
/// use pericarp::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "counter.added")]
/// struct Added { n: u64 }
///
/// #[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
/// #[aggregate(category = "counter", id = String, events(Added), snapshot(every = 100))]
/// struct Counter { total: u64 }
///
/// impl Apply<Added> for Counter {
///     fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n }
/// }
///
/// assert_eq!(Counter::SNAPSHOTS.map(|snapshots| snapshots.every()), Some(100));
/// ```
pub struct Snapshots<A> {
    every: u32,
    version: u32,
    pub(super) shape: fn() -> Seen,
    pub(super) events: fn() -> String,
    write: fn(&A, Skipped) -> serde_json::Result<String>,
    read: fn(&str) -> serde_json::Result<(A, Skipped)>,
}

/// State that can be copied to a snapshot and back: one that serde writes and reads, and whose
/// shape is known, so that a copy of another shape is not taken for one of it.
#[diagnostic::on_unimplemented(
    message = "derive `Shape`, `Serialize` and `Deserialize` for `{Self}`, of which `snapshot(..)` keeps copies",
    label = "`{Self}` cannot be written to a snapshot and read back",
    note = "write `#[derive(Aggregate, Shape, Serialize, Deserialize)]`"
)]
pub trait SnapshotState: Aggregate + Described + Shape + Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<A: Aggregate + Described + Shape + Serialize + DeserializeOwned> SnapshotState for A {}

impl<A: SnapshotState> Snapshots<A> {
    /// One after every so many events. The version says that what events do to the state has
    /// changed, where its shape has not.
    pub const fn new(every: u32, version: u32) -> Self {
        Self {
            every,
            version,
            shape: || Seen::Form(A::SHAPE),
            events: super::fingerprint::events::<A>,
            write: json::write::<A>,
            read: json::read::<A>,
        }
    }
}

impl<A> Snapshots<A> {
    /// How many events there are between two snapshots.
    pub const fn every(&self) -> u32 {
        self.every
    }

    /// The version that the aggregate gives its snapshots, 1 unless it says otherwise.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The state as JSON, with the numbers of events that were passed over until then.
    ///
    /// # Errors
    /// What serde says. A panic is an error too: the events that the state is folded from are
    /// stored.
    pub fn write(&self, state: &A, skipped: Skipped) -> serde_json::Result<String> {
        let written = caught(|| (self.write)(state, skipped));
        written.unwrap_or_else(|| Err(serde::ser::Error::custom("it panicked")))
    }

    /// The state that was written, and the numbers of events that were passed over until then.
    ///
    /// # Errors
    /// What serde says.
    pub fn read(&self, json: &str) -> serde_json::Result<(A, Skipped)> {
        (self.read)(json)
    }
}

impl<A: Aggregate> Snapshots<A> {
    /// What a snapshot has to be of: the shape of the state, the events that are folded into it, and
    /// the version that the aggregate gives its snapshots. One of another is of no use. It is the same
    /// in all builds in which these are the same.
    pub fn fingerprint(&self) -> Uuid {
        fingerprint(self)
    }
}

impl<A> Clone for Snapshots<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Snapshots<A> {}

impl<A> fmt::Debug for Snapshots<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots")
            .field("every", &self.every)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
