use std::fmt;

/// A text that nobody shall read in a log: `Debug` and `Display` write `***`.
///
/// ```
/// use pericarp::config::Secret;
///
/// let url = Secret::new("postgres://bank:hunter2@localhost/bank");
/// assert_eq!(format!("{url} {url:?}"), "*** ***");
/// assert!(url.reveal().contains("hunter2"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for what needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
