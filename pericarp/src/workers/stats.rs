/// What a pool does, and has done so far: see [`Workers::stats`](super::Workers::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Jobs that wait for their turn now.
    pub queued: usize,
    /// Jobs that are at work now, also in their callers.
    pub running: usize,
    /// Jobs that were accepted.
    pub accepted: u64,
    /// Jobs that ran to their end, those that panicked not among them.
    pub completed: u64,
    /// Jobs that panicked.
    pub panicked: u64,
    /// Jobs that were refused, because the pool was full or closed.
    pub rejected: u64,
    /// Jobs that ran, at least in part, in their callers.
    pub inline: u64,
    /// How often a job came and there was no place.
    pub saturated: u64,
}
