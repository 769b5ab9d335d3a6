use crate::root::Slot;
use crate::{Aggregate, Command, Context, Mode, Root, WrongExistence};

/// Hands a command to its aggregate, without a store: `root` is what was loaded, `None` if there
/// is no such aggregate, and afterwards holds the events that were emitted.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::{Context, decide};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # #[derive(Command)]
/// # #[command(aggregate = Counter, returns = u64)]
/// # struct Add { #[command(id)] counter: String, n: u64 }
/// # impl Handle<Add> for Counter {
/// #     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
/// #         counter.emit(Added { n: add.n });
/// #         Ok(counter.total)
/// #     }
/// # }
/// let mut counter = None;
/// let total = decide(&mut counter, &Add { counter: "visits".into(), n: 2 }, &Context::default())?;
/// assert_eq!(total, 2);
/// assert_eq!(counter.map(|root| Root::uncommitted(&root)), Some(1));
/// # Ok::<(), pericarp::DecideError<std::convert::Infallible>>(())
/// ```
///
/// # Errors
/// [`DecideError`] if the command needs another existence or is for another aggregate than `root`,
/// or the aggregate refuses it.
pub fn decide<C: Command>(
    root: &mut Option<Root<C::Aggregate>>,
    command: &C,
    context: &Context,
) -> Result<C::Returns, DecideError<<C::Aggregate as Aggregate>::Error>> {
    if let Some(other) = root.as_ref().filter(|root| Root::id(root) != command.id()) {
        return Err(DecideError::WrongAggregate {
            root: name(other),
            command: name_of::<C>(command),
        });
    }
    let mut slot = Slot::new(command.id().clone(), root.take(), context.clone());
    let answer = match C::Mode::target(&mut slot) {
        Ok(target) => command.handle_listed(target).map_err(DecideError::Refused),
        Err(wrong) => Err(DecideError::Existence {
            stream: name_of::<C>(command),
            wrong,
        }),
    };
    *root = slot.into_root(answer.is_err());
    answer
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError<E> {
    /// The aggregate refused it.
    #[error(transparent)]
    Refused(E),
    /// It is for an aggregate that exists, and there is none, or the other way round.
    #[error("{stream}: {wrong}")]
    Existence {
        /// The stream of the aggregate it is for.
        stream: String,
        /// Whether there is one.
        wrong: WrongExistence,
    },
    /// The root is another aggregate than the one it is for. Nothing was decided.
    #[error("the command is for {command}, and the root is {root}; hand it to the root it is for")]
    WrongAggregate {
        /// The stream of the root.
        root: String,
        /// The stream of the aggregate it is for.
        command: String,
    },
}

fn name<A: Aggregate>(root: &Root<A>) -> String {
    format!("{}-{}", A::CATEGORY, Root::id(root))
}

fn name_of<C: Command>(command: &C) -> String {
    format!("{}-{}", C::Aggregate::CATEGORY, command.id())
}

impl<E> DecideError<E> {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "command.refused",
            Self::Existence { wrong, .. } => wrong.code(),
            Self::WrongAggregate { .. } => "command.wrong_aggregate",
        }
    }
}
