use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::InvalidPattern;
use crate::store::StoreFault;
use crate::{DecodeError, Page, Position, UnitOfWorkError};

/// Why a dispatcher could not be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// A pattern is none.
    #[error("handler {handler:?} subscribes to what is no pattern")]
    Pattern {
        /// The name of the handler.
        handler: String,
        /// Which pattern.
        source: InvalidPattern,
    },
    /// Two handlers have one name, so an error could not say which of them failed.
    #[error("two handlers are named {handler:?}; give each a name of its own")]
    SameName {
        /// The name.
        handler: String,
    },
}

impl SubscribeError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pattern { source, .. } => source.code(),
            Self::SameName { .. } => "dispatcher.same_name",
        }
    }
}

/// What went wrong with one event in one handler.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerFault {
    /// The handler says so itself.
    #[error(transparent)]
    Failed(StoreFault),
    /// The handler panicked.
    #[error("the handler panicked: {message}")]
    Panicked {
        /// What it panicked with, if that is text.
        message: String,
    },
    /// The event could not be decoded to the handler's type. The handler was not called.
    #[error(transparent)]
    Decode(DecodeError),
    /// It was to be tried again, and the dispatcher has no handler of this name.
    #[error("nobody of this name has subscribed")]
    NotSubscribed,
}

impl HandlerFault {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(_) => "dispatch.failed",
            Self::Panicked { .. } => "dispatch.panicked",
            Self::Decode(error) => error.code(),
            Self::NotSubscribed => "dispatch.not_subscribed",
        }
    }
}

/// A handler that failed on an event.
#[derive(Debug, thiserror::Error)]
#[error("handler {handler:?} failed on {event_type} {event_id} at position {position}")]
#[non_exhaustive]
pub struct DispatchError {
    /// The name of the handler.
    pub handler: Arc<str>,
    /// The id of the event.
    pub event_id: Uuid,
    /// The stored name of the event.
    pub event_type: String,
    /// The place of the event in the log.
    pub position: Position,
    /// What went wrong.
    pub source: HandlerFault,
    /// The place of the event among those that [`DispatchErrors`] keep.
    pub(super) kept: usize,
}

/// Handlers that failed on events, which are stored and which all others have handled.
///
/// It keeps those events, so that they can be [tried again](super::Dispatcher::retry) with the
/// handlers that failed, and with no other.
#[derive(Debug, Default)]
pub struct DispatchErrors {
    pub(super) errors: Vec<DispatchError>,
    pub(super) events: Page,
}

impl DispatchErrors {
    /// What a unit of work says that was stored and dispatched by a
    /// [`Dispatcher`](super::Dispatcher).
    pub fn of(error: &UnitOfWorkError) -> Option<&Self> {
        match error {
            UnitOfWorkError::Dispatch { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }

    /// Each handler and the event it failed on, in the order in which that happened.
    pub fn errors(&self) -> &[DispatchError] {
        &self.errors
    }

    /// The events on which a handler failed.
    pub const fn events(&self) -> &Page {
        &self.events
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "dispatch.errors"
    }
}

impl fmt::Display for DispatchErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.errors[..] {
            [error] => write!(f, "{error}: {}", error.source),
            errors => {
                write!(f, "{} handlings failed", errors.len())?;
                errors
                    .iter()
                    .try_for_each(|error| write!(f, "; {error}: {}", error.source))
            }
        }
    }
}

impl std::error::Error for DispatchErrors {}
