use super::Request;
use crate::Committed;

/// What comes of a request, one way or the other.
pub type Outcome<R> = Result<Response<<R as Request>::Answer>, <R as Request>::Error>;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<T> {
    /// The answer.
    pub answer: T,
    /// Where the events of a command were stored; `None` if it emitted none, and for queries.
    pub committed: Option<Committed>,
}

impl<T> Response<T> {
    /// An answer, with nothing stored: what a middleware says that answers itself.
    pub const fn new(answer: T) -> Self {
        Self {
            answer,
            committed: None,
        }
    }

    /// The events are stored.
    #[must_use]
    pub fn committed(mut self, committed: Committed) -> Self {
        self.committed = Some(committed);
        self
    }
}
