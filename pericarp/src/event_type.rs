use std::borrow::Cow;
use std::fmt;

use crate::names::{self, InvalidName};

/// The stored name of an event, such as `account.opened`.
///
/// A name is 1 to 128 bytes of ASCII letters, digits and `. _ - :`, and starts with a letter.
/// It is written into every stored event, so it never follows a Rust identifier that a
/// refactoring may rename.
///
/// ```
/// use pericarp::EventType;
///
/// const OPENED: EventType = EventType::from_static("account.opened");
/// assert_eq!(OPENED.as_str(), "account.opened");
/// assert!(EventType::parse("account opened").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(Cow<'static, str>);

impl EventType {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 128;

    /// Takes a name known at compile time.
    ///
    /// # Panics
    /// If the name is not valid; in a `const` that is a compile error.
    pub const fn from_static(name: &'static str) -> Self {
        Self::assert_valid(name);
        Self(Cow::Borrowed(name))
    }

    pub(crate) const fn assert_valid(name: &str) {
        assert!(
            is_valid(name.as_bytes()),
            "an event type is 1 to 128 ASCII letters, digits and `. _ - :`, and starts with a letter"
        );
    }

    pub(crate) const fn assume_valid(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Says whether a stored name is valid, without keeping it.
    #[cfg(feature = "store")]
    pub(crate) fn check(name: &str) -> Result<(), InvalidName> {
        if is_valid(name.as_bytes()) {
            Ok(())
        } else {
            Err(InvalidName::new("event type", name, RULE))
        }
    }

    /// Parses a name known only at run time.
    ///
    /// # Errors
    /// [`InvalidName`] if the name is empty, too long, or has a character outside the set.
    pub fn parse(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        if is_valid(name.as_bytes()) {
            Ok(Self(Cow::Owned(name)))
        } else {
            Err(InvalidName::new("event type", name, RULE))
        }
    }

    /// The name as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const RULE: &str = "1 to 128 ASCII letters, digits and `. _ - :`, starting with a letter";

const fn is_valid(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > EventType::MAX_LEN || !name[0].is_ascii_alphabetic() {
        return false;
    }
    let mut i = 0;
    while i < name.len() {
        if !names::is_word(name[i]) && !matches!(name[i], b'-' | b':') {
            return false;
        }
        i += 1;
    }
    true
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl std::str::FromStr for EventType {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::parse(name)
    }
}
