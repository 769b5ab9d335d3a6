use crate::root::Slot;
use crate::{Aggregate, New, Root};

/// A request to change one aggregate.
///
/// Derive it: `#[derive(Command)] #[command(aggregate = Account)]`, with the id of the aggregate
/// in a field marked `#[command(id)]`; then write [`Handle`] on the aggregate.
#[diagnostic::on_unimplemented(
    message = "derive `Command` for `{Self}`, which is not a command",
    label = "not a command",
    note = "derive it: `#[derive(Command)] #[command(aggregate = ..)]`, with `#[command(id)]` on a field"
)]
pub trait Command: Sync {
    /// How logs and metrics name it: the name of its type. It is stored nowhere.
    const NAME: &'static str;

    /// The aggregate it is for.
    type Aggregate: Aggregate;
    /// The answer of its handler.
    type Returns: Send;
    /// Whether the aggregate must exist: [`Creates`], [`Changes`] or [`MustExist`].
    type Mode: Mode<Self::Aggregate>;
    /// The middlewares it lists: see [`Request::Chain`](crate::Request::Chain).
    type Chain;

    /// Which aggregate it is for.
    fn id(&self) -> &<Self::Aggregate as Aggregate>::Id;

    #[doc(hidden)]
    fn handle_listed(
        &self,
        target: <Self::Mode as Mode<Self::Aggregate>>::Target<'_>,
    ) -> Result<Self::Returns, <Self::Aggregate as Aggregate>::Error>;
}

/// How an aggregate answers a command: refuse it with an error, or emit events.
///
/// A command with `creates` comes with a [`New`], every other with a `&mut` [`Root`]. The handler
/// may run again after a conflict, so it does nothing but decide.
///
/// ```
/// use pericarp::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, error = Full, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # #[derive(Debug)] struct Full;
/// # impl std::fmt::Display for Full {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("full") }
/// # }
/// # impl std::error::Error for Full {}
/// #[derive(Command)]
/// #[command(aggregate = Counter, returns = u64)]
/// struct Add { #[command(id)] counter: String, n: u64 }
///
/// impl Handle<Add> for Counter {
///     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, Full> {
///         if counter.total + add.n > 10 { return Err(Full) }
///         counter.emit(Added { n: add.n });
///         Ok(counter.total)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "write `impl Handle<{C}> for {Self}`, which decides what becomes of the command",
    label = "no `Handle<{C}>` for `{Self}`",
    note = "its `fn handle(account: .., command: &{C})` takes a `New<'_, Self>` for a command that says `creates`, else a `&mut Root<Self>`"
)]
pub trait Handle<C: Command<Aggregate = Self>>: Aggregate {
    /// Decides.
    ///
    /// # Errors
    /// The aggregate's own error, if it refuses; then nothing is stored.
    fn handle(
        target: <C::Mode as Mode<Self>>::Target<'_>,
        command: &C,
    ) -> Result<C::Returns, Self::Error>;
}

/// Which aggregates a command can be for: new ones, existing ones, or either.
pub trait Mode<A: Aggregate>: sealed::Sealed {
    /// What the handler is given.
    type Target<'t>
    where
        A: 't;

    #[doc(hidden)]
    fn target(slot: &mut Slot<A>) -> Result<Self::Target<'_>, WrongExistence>;
}

/// The mode of `creates` commands: there must be no such aggregate yet.
#[derive(Debug)]
pub struct Creates;

/// The mode of commands without a word about it: the aggregate must exist, unless it has a
/// `Default` to start from.
#[derive(Debug)]
pub struct Changes;

/// The mode of `must_exist` commands: the aggregate must have an event.
#[derive(Debug)]
pub struct MustExist;

/// A command met an aggregate that exists and must not, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongExistence {
    /// It does not exist.
    #[error("no such aggregate; create it first")]
    NotFound,
    /// It exists already.
    #[error("there is such an aggregate already")]
    AlreadyExists,
}

impl WrongExistence {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "command.not_found",
            Self::AlreadyExists => "command.already_exists",
        }
    }
}

impl<A: Aggregate> Mode<A> for Creates {
    type Target<'t> = New<'t, A>;

    fn target(slot: &mut Slot<A>) -> Result<New<'_, A>, WrongExistence> {
        slot.new_target().ok_or(WrongExistence::AlreadyExists)
    }
}

impl<A: Aggregate> Mode<A> for Changes {
    type Target<'t> = &'t mut Root<A>;

    fn target(slot: &mut Slot<A>) -> Result<&mut Root<A>, WrongExistence> {
        slot.existing_or_initial().ok_or(WrongExistence::NotFound)
    }
}

impl<A: Aggregate> Mode<A> for MustExist {
    type Target<'t> = &'t mut Root<A>;

    fn target(slot: &mut Slot<A>) -> Result<&mut Root<A>, WrongExistence> {
        slot.existing().ok_or(WrongExistence::NotFound)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Creates {}
    impl Sealed for super::Changes {}
    impl Sealed for super::MustExist {}
}
