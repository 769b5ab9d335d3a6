use std::time::Duration;

/// A request took longer than its [`Timeout`](super::Timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no answer within {after:?}; a command may or may not have been carried out, so look before you repeat it"
)]
#[non_exhaustive]
pub struct TimedOut {
    /// How long it was waited for.
    pub after: Duration,
}

impl TimedOut {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.timed_out"
    }
}
