//! Spans around what an application does for a request. Without the feature `tracing` there are
//! none.

use std::future::Future;

use super::folding::Refused;
use crate::store::AppendError;
use crate::{Commit, Committed, StreamName};

type Appended = Result<Committed, AppendError>;

#[cfg(feature = "tracing")]
mod kept {
    use tracing::{Instrument, Span, debug_span, field::Empty};

    use super::{Appended, Commit, Committed, Future, Refused, StreamName};

    const TARGET: &str = "pericarp::store";

    pub(in crate::app) fn load<F: Future>(
        stream: &StreamName,
        load: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        load.instrument(debug_span!(target: TARGET, "load", stream = stream.as_str()))
    }

    pub(in crate::app) fn snapshot_refused(stream: &StreamName, refused: &Refused) {
        let (stream, version, why) = (stream.as_str(), refused.version.get(), refused.why);
        tracing::warn!(target: TARGET, stream, version, why, "the snapshot is of no use: all events were folded");
    }

    pub(in crate::app) fn decide<T>(stream: &StreamName, decide: impl FnOnce() -> T) -> T {
        debug_span!(target: TARGET, "decide", stream = stream.as_str()).in_scope(decide)
    }

    pub(in crate::app) async fn append(
        span: Span,
        append: impl Future<Output = Appended>,
    ) -> Appended {
        let outcome = append.instrument(span.clone()).await;
        match &outcome {
            Ok(committed) => span.record("position", committed.last.get()),
            Err(error) => span.record("code", error.code()),
        };
        outcome
    }

    pub(in crate::app) fn of_append(commit: &Commit) -> Span {
        let first = || {
            commit
                .appends()
                .next()
                .map(|(append, _)| append.stream.as_str())
        };
        debug_span!(
            target: TARGET,
            "append",
            commit = %commit.id(),
            stream = first(),
            events = commit.len() as u64,
            position = Empty,
            code = Empty,
        )
    }

    pub(in crate::app) fn dispatch<F: Future>(
        committed: &Committed,
        dispatch: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let (commit, position) = (committed.id, committed.last.get());
        dispatch.instrument(debug_span!(target: TARGET, "dispatch", %commit, position))
    }
}

#[cfg(not(feature = "tracing"))]
mod kept {
    use super::{Appended, Commit, Committed, Future, Refused, StreamName};

    pub(in crate::app) fn load<F: Future>(_: &StreamName, load: F) -> F {
        load
    }

    pub(in crate::app) const fn snapshot_refused(_: &StreamName, _: &Refused) {}

    pub(in crate::app) fn decide<T>(_: &StreamName, decide: impl FnOnce() -> T) -> T {
        decide()
    }

    /// The span that there is not.
    pub(in crate::app) struct NoSpan;

    pub(in crate::app) fn append<F: Future<Output = Appended>>(_: NoSpan, append: F) -> F {
        append
    }

    pub(in crate::app) const fn of_append(_: &Commit) -> NoSpan {
        NoSpan
    }

    pub(in crate::app) fn dispatch<F: Future>(_: &Committed, dispatch: F) -> F {
        dispatch
    }
}

pub(super) use kept::{append, decide, dispatch, load, of_append, snapshot_refused};
