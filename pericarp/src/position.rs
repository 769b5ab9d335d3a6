use std::fmt;

/// A place in the log: positions strictly increase in commit order, on every store.
///
/// Once a reader has seen position p, no event with a smaller position ever appears, so
/// `position > cursor` is a complete feed. Gaps may exist. [`Position::START`] is before the
/// first event.
///
/// ```
/// use pericarp::Position;
///
/// assert!(Position::START < Position::new(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

/// A place in one stream: the first event has version 1, and versions are dense.
///
/// [`Version::NONE`], zero, is the version of a stream that has no event yet.
///
/// ```
/// use pericarp::Version;
///
/// assert_eq!(Version::NONE.next(), Version::new(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
    /// After every event that can ever be stored.
    pub const END: Self = Self(i64::MAX as u64);
}

impl Version {
    /// The version of a stream without events.
    pub const NONE: Self = Self(0);
    /// The version of the first event.
    pub const FIRST: Self = Self(1);
    /// After every event that can ever be stored.
    pub const END: Self = Self(i64::MAX as u64);
}

macro_rules! ordinal {
    ($name:ident) => {
        impl $name {
            /// Takes a number; numbers over `i64::MAX`, which no store can hold, become `END`.
            pub const fn new(number: u64) -> Self {
                if number > Self::END.0 {
                    Self::END
                } else {
                    Self(number)
                }
            }

            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                self.plus(1)
            }

            /// The one before this one; zero stays zero.
            #[must_use]
            pub const fn previous(self) -> Self {
                Self(self.0.saturating_sub(1))
            }

            /// The one `count` places after this one.
            #[must_use]
            pub const fn plus(self, count: u64) -> Self {
                Self::new(self.0.saturating_add(count))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for u64 {
            fn from(ordinal: $name) -> u64 {
                ordinal.0
            }
        }
    };
}

ordinal!(Position);
ordinal!(Version);
