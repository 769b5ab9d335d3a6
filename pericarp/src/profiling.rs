//! Where the processor's time goes: samples of all threads' stacks.
//!
//! It is there with the feature `profiling`, on Unix, and does nothing until it is called.

use std::thread;
use std::time::Duration;

use pprof::protos::Message;
use pprof::{ProfilerGuardBuilder, Report};

/// What the threads of this process did for a while.
pub struct Profile {
    report: Report,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Another is being taken; there is one at a time.
    #[error("another profile is being taken; try again when it is done")]
    Running,
    /// The profiler failed.
    #[error("the profiler failed")]
    Failed(#[source] pprof::Error),
}

impl ProfileError {
    /// A stable code for logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Running => "profile.running",
            Self::Failed(_) => "profile.failed",
        }
    }
}

impl From<pprof::Error> for ProfileError {
    fn from(error: pprof::Error) -> Self {
        match error {
            pprof::Error::Running => Self::Running,
            error => Self::Failed(error),
        }
    }
}

/// Samples the stacks of all threads that run, 99 times per second of processor time, and returns
/// after `time`.
///
/// It blocks its thread, so an async caller uses `spawn_blocking`. Whoever offers it at an edge shows
/// the names of the program's functions, and takes some of its time: let it listen at the loopback
/// address alone, or behind authorisation, and bound a time that comes with a request.
///
/// ```
/// use std::time::Duration;
///
/// let profile = pericarp::profiling::cpu(Duration::from_millis(20))?;
/// let for_pprof: Vec<u8> = profile.to_protobuf()?;
/// # let _ = for_pprof;
/// # Ok::<(), pericarp::profiling::ProfileError>(())
/// ```
///
/// # Errors
/// [`ProfileError`] if another is being taken, or the system refuses the timer.
pub fn cpu(time: Duration) -> Result<Profile, ProfileError> {
    let guard = ProfilerGuardBuilder::default()
        .frequency(99)
        // Unwinding from within these may deadlock.
        .blocklist(&["libc", "libgcc", "pthread", "vdso"])
        .build()?;
    thread::sleep(time);
    let report = guard.report().build()?;
    Ok(Profile { report })
}

impl Profile {
    /// How many different stacks were seen.
    pub fn stacks(&self) -> usize {
        self.report.data.len()
    }

    /// As [pprof](https://github.com/google/pprof/tree/main/proto) reads it, not compressed.
    ///
    /// # Errors
    /// [`ProfileError::Failed`] if it cannot be written.
    pub fn to_protobuf(&self) -> Result<Vec<u8>, ProfileError> {
        Ok(self.report.pprof()?.encode_to_vec())
    }

    /// As a flame graph, an SVG. There is none without a stack.
    ///
    /// # Errors
    /// [`ProfileError::Failed`] if it cannot be drawn.
    pub fn to_flamegraph(&self) -> Result<Vec<u8>, ProfileError> {
        let mut svg = Vec::new();
        self.report.flamegraph(&mut svg)?;
        Ok(svg)
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile")
            .field("stacks", &self.stacks())
            .finish_non_exhaustive()
    }
}
