use crate::count::Count;

/// What has happened so far.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) accepted: Count,
    pub(super) completed: Count,
    pub(super) panicked: Count,
    pub(super) rejected: Count,
    pub(super) inline: Count,
    pub(super) saturated: Count,
}
