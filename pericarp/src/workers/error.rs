/// Why a job was not accepted. Nothing of it has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// As many wait as may, and the caller does not wait.
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
    /// It is a later job of the key of the one that waits for it, so it would begin when that has
    /// ended. It runs then.
    #[error(
        "it begins when the job that waits for it has ended, since both have one key; give it another key, or do not wait for it there"
    )]
    WaitsForItself,
    /// The runtime ended before the job did.
    #[error("the runtime of the workers ended before the job did; close them first")]
    Lost,
}

impl JobError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Panicked { .. } => "job.panicked",
            Self::WaitsForItself => "job.waits_for_itself",
            Self::Lost => "job.lost",
        }
    }
}
