/// As many requests are at work, and as many wait, as may: see [`Limit`](super::Limit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at_once} are at work already, and {waiting} wait; nothing was done, so try again later")]
#[non_exhaustive]
pub struct TooMany {
    /// How many may be at work.
    pub at_once: usize,
    /// How many may wait.
    pub waiting: usize,
}

impl TooMany {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.too_many"
    }
}
