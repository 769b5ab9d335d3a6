use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often a command is decided again after a conflict, and how long it waits in between.
///
/// The first retry comes at once: commands of one process that conflict on a stream queue up, so
/// only other processes can be in the way again. The waits grow from `min_delay` to `max_delay`
/// and are jittered.
///
/// ```
/// use pericarp::Retry;
///
/// let once = Retry { attempts: 1, ..Retry::default() };
/// assert_eq!(Retry::default().attempts, 12);
/// # let _ = once;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often to decide, the first time included; 0 counts as 1.
    pub attempts: usize,
    /// The shortest wait.
    pub min_delay: Duration,
    /// The longest wait, before jitter.
    pub max_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 12,
            min_delay: Duration::from_millis(1),
            max_delay: Duration::from_millis(250),
        }
    }
}

impl Retry {
    /// The waits before each retry.
    pub(super) fn delays(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        let retries = self.attempts.saturating_sub(1);
        let growing = ExponentialBuilder::new()
            .with_min_delay(self.min_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(retries)
            .with_jitter()
            .build();
        std::iter::once(Duration::ZERO).chain(growing).take(retries)
    }
}
