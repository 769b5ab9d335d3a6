use crate::Position;

/// How far an export or an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many events are written to the file, or are in the store, those included that it had
    /// before.
    pub events: u64,
    /// How many bytes were written, or read: those of the file, so compressed if it is.
    pub bytes: u64,
    /// The position that the last of the events has in the file.
    pub position: Position,
}
