/// What a cache has done so far: see [`Cache::stats`](super::Cache::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Answers from memory.
    pub l1_hits: u64,
    /// Answers from the second level.
    pub l2_hits: u64,
    /// Answers that were waited for together with somebody who got them first.
    pub shared: u64,
    /// Questions that neither level had an answer to.
    pub misses: u64,
    /// Loads that were begun.
    pub loads: u64,
    /// Loads that failed.
    pub failed_loads: u64,
    /// How often one who waited for another's load stopped waiting, since whoever had begun it was not
    /// polled any more.
    pub stalled_loads: u64,
    /// Answers that made room for others in memory.
    pub evictions: u64,
    /// Tags that were invalidated.
    pub invalidations: u64,
    /// Tags that others have invalidated, and that were [heard of](super::Cache::listen).
    pub heard: u64,
    /// What went wrong in the second level; nobody else was told.
    pub l2_errors: u64,
    /// Answers in memory now, those that are stale among them.
    pub entries: u64,
    /// Invalidations that the second level does not know yet.
    pub l2_pending: u64,
    /// Whether the second level is left alone for a while, because it failed.
    pub l2_down: bool,
    /// Whether it [hears](super::Cache::listen) what others invalidate.
    pub hears: bool,
}
