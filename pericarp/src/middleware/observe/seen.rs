use std::time::Duration;

use crate::{Metadata, RequestKind};

/// What is told about a request when it has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Seen<'s> {
    /// Whether it was a command or a query.
    pub kind: RequestKind,
    /// The name of its type.
    pub name: &'static str,
    /// The code of its error; `None` if it succeeded. One that was dropped before it ended has the
    /// code `request.dropped`.
    pub failure: Option<&'static str>,
    /// How long it took, from when it came to this middleware.
    pub elapsed: Duration,
    /// What it came with, and what was added on the way.
    pub metadata: &'s Metadata,
}

/// Who is told what came of requests: see [`Observe`](super::Observe).
///
/// It is told on the thread that ran the request, so it counts, sends or writes to memory, and
/// waits for nothing.
#[diagnostic::on_unimplemented(
    message = "implement `Observer` for `{Self}`, which cannot be told what came of requests",
    note = "`impl Observer for {Self} {{ .. }}` counts, sends or writes to memory, and waits for nothing"
)]
pub trait Observer: Send + Sync + 'static {
    /// A request has ended.
    fn observed(&self, seen: &Seen<'_>);
}
