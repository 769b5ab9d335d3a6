/// What becomes of a job when as many wait as may.
///
/// ```
/// use pericarp::workers::WhenFull;
///
/// assert_eq!(WhenFull::default(), WhenFull::Wait);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// Its caller waits for a place.
    #[default]
    Wait,
    /// Its caller runs it, when it is its turn among the jobs of its key. So a crowd of callers is
    /// slowed down by its own work. Once it has begun, the jobs of its key wait for its caller: one who
    /// is not polled any more holds them up, and one who is dropped leaves the rest to a worker.
    RunInline,
    /// Its caller gets an error at once.
    Reject,
}
