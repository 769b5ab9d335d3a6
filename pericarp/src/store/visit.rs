use std::ops::ControlFlow;

use super::{Direction, ReadStream, Snapshot};
use crate::{RecordedEvent, Version};

/// Looks at events one after another, where they lie: in a row of the database or in a page.
///
/// [`Store::visit`](super::Store::visit) takes a visitor to the events rather than the events to
/// the caller, so that a replay copies no payload.
///
/// ```
/// use std::ops::ControlFlow;
/// use pericarp::RecordedEvent;
/// use pericarp::store::Visit;
///
/// struct Count(u64);
///
/// impl Visit for Count {
///     fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
///         self.0 += 1;
///         ControlFlow::Continue(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "implement `Visit` for `{Self}`, which cannot be sent to the events of a stream",
    note = "`impl Visit for {Self} {{ .. }}` says what it does about each event, and when it has seen enough"
)]
pub trait Visit: Send + 'static {
    /// Whether it looks at where and when the store recorded an event: `id`, `position`,
    /// `ordinal` and `recorded_at`. If it does not, a store may leave them nil, and read faster.
    const LOOKS_AT_RECORD: bool = true;

    /// Whether it can go on from a snapshot, of which it is to be shown the newest.
    fn wants_snapshot(&self) -> bool {
        false
    }

    /// Takes the snapshot, if it is one it can go on from, and says whether it did: then the next
    /// event it sees is the one behind it.
    ///
    /// It may run on a thread of the store.
    fn restore(&mut self, _: &Snapshot<'_>) -> bool {
        false
    }

    /// Looks at the next event, and says whether to go on.
    ///
    /// It may run on a thread of the store, so it must not wait for anything.
    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()>;
}

/// Whether a visitor is to be shown a snapshot before it visits what `read` selects.
pub(super) fn wants_snapshot(read: &ReadStream, visitor: &impl Visit) -> bool {
    read.direction == Direction::Forward && read.from <= Version::FIRST && visitor.wants_snapshot()
}
