use std::error::Error;

use crate::{Request, Stopped};

/// A layer of tower ended a request: see [`FromTower`](super::FromTower).
#[derive(Debug, thiserror::Error)]
#[error("a layer of tower ended it")]
#[non_exhaustive]
pub struct TowerFailed {
    /// What it said.
    pub source: Box<dyn Error + Send + Sync>,
}

impl TowerFailed {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.tower"
    }
}

/// The request's own error, if it has only passed through the layer, else one for what the layer
/// said.
#[cold]
pub(super) fn error_of<R: Request>(error: Box<dyn Error + Send + Sync>) -> R::Error {
    match error.downcast::<R::Error>() {
        Ok(own) => *own,
        Err(source) => {
            let failed = TowerFailed { source };
            Stopped::new(failed.code(), failed).into()
        }
    }
}
