/// Why a job was not accepted. Nothing of it has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// As many wait as may.
    #[error("{capacity} jobs wait already, and no more may; try again later")]
    Full {
        /// How many may wait.
        capacity: usize,
    },
    /// The pool takes no more jobs.
    #[error("the workers are closed, and take no more jobs")]
    Closed,
}

impl RunError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "workers.full",
            Self::Closed => "workers.closed",
        }
    }
}

/// Why an accepted job came to no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// It panicked.
    #[error("the job panicked: {message}; a part of what it does may be done")]
    Panicked {
        /// What it panicked with, if that is text.
        message: String,
    },
    /// The runtime ended before the job did.
    #[error("the runtime of the workers ended before the job did; close them first")]
    Lost,
}

impl JobError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Panicked { .. } => "job.panicked",
            Self::Lost => "job.lost",
        }
    }
}
