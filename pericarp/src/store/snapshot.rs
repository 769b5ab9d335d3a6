use std::fmt;

use uuid::Uuid;

use crate::unwound::caught;
use crate::{StreamName, Version};

/// A copy of what the first events of a stream were folded to, as a store keeps it.
///
/// It is a shortcut and nothing else: whoever cannot use it reads the stream from its first event.
///
/// ```
/// use pericarp::store::Snapshot;
/// use pericarp::{StreamName, Version, uuid::Uuid};
///
/// let stream = StreamName::new("account", 42)?;
/// let snapshot = Snapshot::new(&stream, Version::new(3), Uuid::nil(), r#"{"state":7}"#);
/// assert!(snapshot.is_intact(&stream));
/// assert!(!Snapshot { version: Version::new(4), ..snapshot }.is_intact(&stream));
/// # Ok::<(), pericarp::InvalidName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot<'s> {
    /// The version of the last event that is in it.
    pub version: Version,
    /// What it is a copy of: the shape of the state, and the events that it is folded from.
    pub fingerprint: Uuid,
    /// The state, as JSON.
    pub data: &'s str,
    /// The CRC-32 of all that, and of the name of the stream.
    pub checksum: u32,
}

impl<'s> Snapshot<'s> {
    /// A snapshot with its checksum.
    pub fn new(stream: &StreamName, version: Version, fingerprint: Uuid, data: &'s str) -> Self {
        Self {
            version,
            fingerprint,
            data,
            checksum: checksum(stream, version, fingerprint, data),
        }
    }

    /// Whether it is what was taken of this stream.
    pub fn is_intact(&self, stream: &StreamName) -> bool {
        self.checksum == checksum(stream, self.version, self.fingerprint, self.data)
    }
}

fn checksum(stream: &StreamName, version: Version, fingerprint: Uuid, data: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(stream.as_str().as_bytes());
    hasher.update(&version.get().to_le_bytes());
    hasher.update(fingerprint.as_bytes());
    hasher.update(data.as_bytes());
    hasher.finalize()
}

/// A snapshot that is to be taken: a state, and how to write it.
///
/// Writing it takes as long as the state is large, so a store does it where nobody waits.
pub struct NewSnapshot {
    stream: StreamName,
    version: Version,
    fingerprint: Uuid,
    write: Box<dyn FnOnce() -> serde_json::Result<String> + Send>,
}

impl NewSnapshot {
    /// A snapshot of a stream as of a version, which `write` makes JSON of.
    pub fn new(
        stream: StreamName,
        version: Version,
        fingerprint: Uuid,
        write: impl FnOnce() -> serde_json::Result<String> + Send + 'static,
    ) -> Self {
        Self {
            stream,
            version,
            fingerprint,
            write: Box::new(write),
        }
    }

    /// The stream.
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The version of the last event that is in it.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Writes the state.
    ///
    /// # Errors
    /// What serde says, if the state cannot be written as JSON; a panic is an error too, since the
    /// events that the state is folded from are stored.
    pub fn write(self) -> serde_json::Result<WrittenSnapshot> {
        let written = caught(self.write);
        let data = written.unwrap_or_else(|| Err(serde::ser::Error::custom("it panicked")))?;
        let Self {
            stream,
            version,
            fingerprint,
            ..
        } = self;
        Ok(WrittenSnapshot {
            checksum: checksum(&stream, version, fingerprint, &data),
            stream,
            version,
            fingerprint,
            data,
        })
    }
}

impl fmt::Debug for NewSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSnapshot")
            .field("stream", &self.stream)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A snapshot that is to be kept.
#[derive(Clone, Debug)]
pub struct WrittenSnapshot {
    stream: StreamName,
    version: Version,
    fingerprint: Uuid,
    data: String,
    checksum: u32,
}

impl WrittenSnapshot {
    /// The stream.
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// What to keep of it.
    pub fn view(&self) -> Snapshot<'_> {
        Snapshot {
            version: self.version,
            fingerprint: self.fingerprint,
            data: &self.data,
            checksum: self.checksum,
        }
    }
}

/// Says that the state of an aggregate cannot be written.
#[cfg(feature = "tracing")]
pub(super) fn unwritten(stream: &StreamName, error: &serde_json::Error) {
    let stream = stream.as_str();
    tracing::warn!(target: "pericarp::store", stream, %error, "no snapshot: the state cannot be written as JSON");
}

#[cfg(not(feature = "tracing"))]
pub(super) const fn unwritten(_: &StreamName, _: &serde_json::Error) {}

/// Says that a store could not keep snapshots.
#[cfg(all(feature = "tracing", any(feature = "sqlite", feature = "postgres")))]
pub(super) fn not_kept(error: &(dyn std::error::Error + 'static)) {
    tracing::warn!(target: "pericarp::store", error, "no snapshot: it could not be stored");
}

#[cfg(all(
    not(feature = "tracing"),
    any(feature = "sqlite", feature = "postgres")
))]
pub(super) fn not_kept(_: &(dyn std::error::Error + 'static)) {}

/// Says that a snapshot could not be read, so that all events are.
#[cfg(all(feature = "tracing", any(feature = "sqlite", feature = "postgres")))]
pub(super) fn unread(stream: &StreamName, error: &(dyn std::error::Error + 'static)) {
    let stream = stream.as_str();
    tracing::warn!(target: "pericarp::store", stream, error, "the snapshot cannot be read: all events are");
}

#[cfg(all(
    not(feature = "tracing"),
    any(feature = "sqlite", feature = "postgres")
))]
pub(super) const fn unread(_: &StreamName, _: &(dyn std::error::Error + 'static)) {}
