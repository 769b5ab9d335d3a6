use std::fmt;

use crate::Version;

/// What must be true of a stream for an append to it to be accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: append whatever the stream holds.
    #[default]
    Any,
    /// It has no event.
    NoStream,
    /// It has an event.
    Exists,
    /// Its last event has this version; `Version::NONE` is the same as `NoStream`.
    Version(Version),
}

impl Expected {
    /// Whether a stream at `actual` (`Version::NONE` if it has no event) is as expected.
    ///
    /// ```
    /// use pericarp::{Expected, Version};
    ///
    /// assert!(Expected::Exists.accepts(Version::FIRST));
    /// assert!(!Expected::NoStream.accepts(Version::FIRST));
    /// ```
    pub fn accepts(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual == Version::NONE,
            Self::Exists => actual != Version::NONE,
            Self::Version(version) => actual == version,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::NoStream => f.write_str("no stream"),
            Self::Exists => f.write_str("an existing stream"),
            Self::Version(version) => write!(f, "version {version}"),
        }
    }
}
