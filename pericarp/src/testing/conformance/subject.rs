use std::any::Any;
use std::fmt;
use std::future::Future;
use std::process::Command;

use super::{OpenTransaction, Role};
use crate::store::{Batch, BulkAppended, BulkError, Limits, OpenError, Positions, Store};

/// A store that is held to the laws, as its author describes it.
///
/// The two verbs every store has come first. The others are hooks that laws on some capability
/// need; a store declares in [`Subject::capabilities`] which of them it offers. The module page
/// has an example.
#[diagnostic::on_unimplemented(
    message = "implement `Subject` for `{Self}`, so that its store can be held to the laws",
    note = "it opens the store, and offers the hooks that `capabilities` names"
)]
pub trait Subject: Send + Sync {
    /// The store. A clone is another handle on the same open store.
    type Store: Store + Clone;

    /// Where a log is: a file, an address. What it holds on to, such as a temporary folder, must
    /// live as long as the last clone.
    type Log: Clone + Send + Sync;

    /// Which hooks it offers; all of them unless told otherwise.
    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }

    /// The limits that its stores are opened with. Laws 4 and 8 write a commit of that size, so
    /// a few MiB do; more than 5 MiB it must be.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// A place for a log that does not exist yet.
    fn empty_log(&self) -> impl Future<Output = Self::Log> + Send;

    /// Opens the log there; it is made if it does not exist. A store with connections opens new
    /// ones on every call, so that laws can race several stores on one log.
    fn open(&self, log: &Self::Log) -> impl Future<Output = Result<Self::Store, OpenError>> + Send;

    /// Opens the log for law 13, which waits until the store gives up: with short timeouts, if it
    /// has any.
    fn open_impatient(
        &self,
        log: &Self::Log,
    ) -> impl Future<Output = Result<Self::Store, OpenError>> + Send {
        self.open(log)
    }

    /// [`Capabilities::processes`]: a program that opens `log` and calls [`play`](super::play)
    /// with `role`. Its standard input and output belong to the kit.
    fn process(&self, log: &Self::Log, role: Role) -> Option<Command> {
        let _ = (log, role);
        None
    }

    /// [`Capabilities::raw_access`]: does to the events in `log` what any ordinary client could
    /// try: change, delete, replace and reorder them, past the store.
    fn vandalise(&self, log: &Self::Log) -> impl Future<Output = Option<Vec<Vandalism>>> + Send {
        let _ = log;
        async { None }
    }

    /// [`Capabilities::outages`]: makes appends of 512 KiB to `log` fail, until what it returns is
    /// dropped.
    fn break_storage(&self, log: &Self::Log) -> impl Future<Output = Option<Held>> + Send {
        let _ = log;
        async { None }
    }

    /// [`Capabilities::transactions`]: begins a transaction of a client's own on `log`. `store` is
    /// a store on it that nobody uses otherwise while the transaction is open.
    fn begin(
        &self,
        log: &Self::Log,
        store: &Self::Store,
    ) -> impl Future<Output = Option<OpenTransaction>> + Send {
        let _ = (log, store);
        async { None }
    }

    /// [`Capabilities::transactions`]: begins transactions on `log` that do not append, and leaves
    /// them open: one of every kind that a careless client could forget, such as one that has read
    /// the log, and one that has written elsewhere if that is to delay nobody.
    fn leave_open(&self, log: &Self::Log) -> impl Future<Output = Option<Vec<Idle>>> + Send {
        let _ = log;
        async { None }
    }

    /// [`Capabilities::bulk`]: hands recorded events to a store that implements
    /// [`BulkStore`](crate::store::BulkStore):
    /// `Some(store.append_recorded(batch, positions).await)`.
    fn append_recorded(
        &self,
        store: &Self::Store,
        batch: Batch,
        positions: Positions,
    ) -> impl Future<Output = Option<Result<BulkAppended, BulkError>>> + Send {
        let _ = (store, batch, positions);
        async { None }
    }

    /// [`Capabilities::schema`]: makes `log`, which is not open, look as if a newer release of the
    /// store had migrated it.
    fn age(&self, log: &Self::Log) -> impl Future<Output = Option<()>> + Send {
        let _ = log;
        async { None }
    }
}

/// Something that lasts until it is dropped.
pub type Held = Box<dyn Any + Send>;

/// A transaction that a client left open.
pub struct Idle {
    /// What it has done.
    pub what: String,
    /// It ends when this is dropped.
    pub held: Held,
}

impl fmt::Debug for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idle")
            .field("what", &self.what)
            .finish_non_exhaustive()
    }
}

/// What a store can do beyond the two verbs, or its author cannot do to it. A law that needs what
/// a store declares absent is declined.
///
/// ```
/// use pericarp::testing::conformance::Capabilities;
///
/// let in_memory = Capabilities { persistent: false, processes: false, ..Capabilities::ALL };
/// # let _ = in_memory;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What is stored is there after the store was closed, or its process killed.
    pub persistent: bool,
    /// Several processes may use one log: [`Subject::process`].
    pub processes: bool,
    /// Clients can reach the events past the store: [`Subject::vandalise`].
    pub raw_access: bool,
    /// Its storage can be made to fail: [`Subject::break_storage`].
    pub outages: bool,
    /// Clients can append in transactions of their own: [`Subject::begin`],
    /// [`Subject::leave_open`].
    pub transactions: bool,
    /// Several of them can have written at once, and one that has not appended delays no append.
    pub overlapping: bool,
    /// The log has a schema, with a version: [`Subject::age`].
    pub schema: bool,
    /// The store takes over what another log recorded: [`Subject::append_recorded`].
    pub bulk: bool,
    /// The store keeps snapshots: [`Store::keep_snapshot`].
    pub snapshots: bool,
}

impl Capabilities {
    /// All of them.
    pub const ALL: Self = Self {
        persistent: true,
        processes: true,
        raw_access: true,
        outages: true,
        transactions: true,
        overlapping: true,
        schema: true,
        bulk: true,
        snapshots: true,
    };

    /// None of them: a log in memory.
    pub const NONE: Self = Self {
        persistent: false,
        processes: false,
        raw_access: false,
        outages: false,
        transactions: false,
        overlapping: false,
        schema: false,
        bulk: false,
        snapshots: false,
    };
}

/// An attempt to change what is stored, and what came of it.
#[derive(Clone, Debug)]
pub struct Vandalism {
    /// What was tried.
    pub attempt: String,
    /// What the database said when it refused; `None` if it did not.
    pub refusal: Option<String>,
}
