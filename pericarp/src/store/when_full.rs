/// What a caller does when the queue of a store is full.
///
/// ```
/// use pericarp::store::WhenFull;
///
/// assert_eq!(WhenFull::default(), WhenFull::Wait);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits for a place.
    #[default]
    Wait,
    /// It gets an error at once.
    Reject,
}
