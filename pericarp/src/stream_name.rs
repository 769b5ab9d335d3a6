use std::borrow::Borrow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::names::{self, InvalidName};

/// The name of a stream: the category of an aggregate and the key of one instance.
///
/// Stored as `category-key`. A category is 1 to 64 bytes of ASCII letters, digits, `_` and `.`
/// and starts with a letter; a key is 1 to 192 bytes of anything but control characters.
/// Cloning is cheap.
///
/// ```
/// use pericarp::StreamName;
///
/// let stream = StreamName::new("account", 42)?;
/// assert_eq!(stream.as_str(), "account-42");
/// assert_eq!((stream.category(), stream.key()), ("account", "42"));
/// assert!(StreamName::new("account", "").is_err());
/// # Ok::<(), pericarp::InvalidName>(())
/// ```
#[derive(Clone)]
pub struct StreamName {
    name: Arc<str>,
    category_len: u8,
}

impl StreamName {
    /// The longest category, in bytes.
    pub const MAX_CATEGORY_LEN: usize = 64;
    /// The longest key, in bytes.
    pub const MAX_KEY_LEN: usize = 192;

    /// Names the stream of `key` in `category`.
    ///
    /// # Errors
    /// [`InvalidName`] if either part breaks the rules above.
    pub fn new(category: &str, key: impl fmt::Display) -> Result<Self, InvalidName> {
        check_category(category)?;
        let mut name = String::with_capacity(category.len() + 37);
        name.push_str(category);
        name.push('-');
        if write!(name, "{key}").is_err() {
            return Err(InvalidName::new("stream key", "", KEY_RULE));
        }
        check_key(&name[category.len() + 1..])?;
        Ok(Self {
            category_len: category.len() as u8,
            name: name.into(),
        })
    }

    /// Parses a stored name, `category-key`.
    ///
    /// # Errors
    /// [`InvalidName`] if there is no `-` or either part breaks the rules.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let category = Self::check(name)?;
        Ok(Self {
            category_len: category.len() as u8,
            name: name.into(),
        })
    }

    /// Says whether a stored name is valid, without keeping it, and where its category is.
    pub(crate) fn check(name: &str) -> Result<&str, InvalidName> {
        let Some((category, key)) = name.split_once('-') else {
            return Err(InvalidName::new(
                "stream name",
                name,
                "`category-key`, such as `account-42`",
            ));
        };
        check_category(category)?;
        check_key(key)?;
        Ok(category)
    }

    /// The whole name, `category-key`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The part before the first `-`.
    pub fn category(&self) -> &str {
        &self.name[..usize::from(self.category_len)]
    }

    /// The part after the first `-`.
    pub fn key(&self) -> &str {
        &self.name[usize::from(self.category_len) + 1..]
    }
}

const CATEGORY_RULE: &str = "1 to 64 ASCII letters, digits, `_` and `.`, starting with a letter";
const KEY_RULE: &str = "1 to 192 bytes without control characters";

pub(crate) fn check_category(category: &str) -> Result<(), InvalidName> {
    if is_category(category.as_bytes()) {
        Ok(())
    } else {
        Err(InvalidName::new("category", category, CATEGORY_RULE))
    }
}

pub(crate) const fn is_category(name: &[u8]) -> bool {
    if name.is_empty()
        || name.len() > StreamName::MAX_CATEGORY_LEN
        || !name[0].is_ascii_alphabetic()
    {
        return false;
    }
    let mut i = 0;
    while i < name.len() {
        if !names::is_word(name[i]) {
            return false;
        }
        i += 1;
    }
    true
}

fn check_key(key: &str) -> Result<(), InvalidName> {
    let fits = !key.is_empty() && key.len() <= StreamName::MAX_KEY_LEN;
    if fits && !key.contains(char::is_control) {
        Ok(())
    } else {
        Err(InvalidName::new("stream key", key, KEY_RULE))
    }
}

impl PartialEq for StreamName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for StreamName {}

impl PartialOrd for StreamName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StreamName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

/// A map of streams is asked with a text.
impl Borrow<str> for StreamName {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl std::hash::Hash for StreamName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl std::str::FromStr for StreamName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::parse(name)
    }
}
