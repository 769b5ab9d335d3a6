use std::any::Any;

use crate::unwound::panic_message;

/// What handles a request has panicked: see [`CatchPanic`](super::CatchPanic).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what handles it panicked: {message}; a command may or may not have been carried out, so look before you repeat it"
)]
#[non_exhaustive]
pub struct Panicked {
    /// What it panicked with, if that is text.
    pub message: String,
}

impl Panicked {
    pub(super) fn new(panic: Box<dyn Any + Send>) -> Self {
        let message = panic_message(panic);
        Self { message }
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.panicked"
    }
}
