use crate::count::Count;

/// What has happened so far.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) l1_hits: Count,
    pub(super) l2_hits: Count,
    pub(super) shared: Count,
    pub(super) misses: Count,
    pub(super) loads: Count,
    pub(super) failed_loads: Count,
    pub(super) stalled_loads: Count,
    pub(super) evictions: Count,
    pub(super) invalidations: Count,
    pub(super) heard: Count,
    pub(super) l2_errors: Count,
}
