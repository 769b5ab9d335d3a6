use std::any::Any;

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
        let message = match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => match panic.downcast_ref::<&'static str>() {
                Some(text) => (*text).to_owned(),
                None => String::from("not with a text"),
            },
        };
        Self { message }
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.panicked"
    }
}
