use std::fmt::{self, Write as _};

use crate::Principal;

/// Under what an answer is kept, and the tags it goes stale with.
///
/// ```
/// use pericarp::cache::Key;
///
/// let key = Key::new("balance", "ann").tagged("account-ann");
/// assert_eq!(key.as_str(), "balance:ann");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    text: String,
    tags: Vec<String>,
}

impl Key {
    /// The answer for `key` among those of one kind, which is named `space`. Give a kind another
    /// name when its type changes, where a second level outlives the build.
    pub fn new(space: &str, key: impl fmt::Display) -> Self {
        let mut text = String::with_capacity(64);
        text.push_str(space);
        text.push(':');
        // Writing to a string does not fail.
        let _ = write!(text, "{key}");
        let tags = Vec::new();
        Self { text, tags }
    }

    /// The same for one principal, with the roles they have, or for nobody in particular: what
    /// others get is kept apart.
    pub fn of_principal(
        space: &str,
        principal: Option<&Principal>,
        key: impl fmt::Display,
    ) -> Self {
        let Some(principal) = principal else {
            return Self::new(space, format_args!("nobody:{key}"));
        };
        let mut who = String::new();
        let mut roles: Vec<&str> = principal.roles.iter().map(String::as_str).collect();
        roles.sort_unstable();
        roles.dedup();
        // The lengths keep ids and roles apart that run into each other.
        for word in [&*principal.id].into_iter().chain(roles) {
            let _ = write!(who, "{}.{word},", word.len());
        }
        Self::new(space, format_args!("by:{who}:{key}"))
    }

    /// It goes stale when this tag is invalidated, such as the name of a stream it was made of.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Its text, which is a tag of its own too.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The other tags.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
