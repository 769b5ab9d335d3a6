use std::fmt;

/// A name that cannot be stored, and the rule it breaks.
///
/// ```
/// let error = pericarp::EventType::parse("").unwrap_err();
/// assert!(error.to_string().starts_with("invalid event type \"\""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what} {name:?}: it must be {rule}")]
pub struct InvalidName {
    what: &'static str,
    name: String,
    rule: &'static str,
}

impl InvalidName {
    pub(crate) fn new(what: &'static str, name: impl fmt::Display, rule: &'static str) -> Self {
        // Long input is cut, so that a hostile name cannot flood a log.
        let name = name.to_string().chars().take(80).collect();
        Self { what, name, rule }
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "name.invalid"
    }
}

/// The characters every kind of name may hold.
pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}
