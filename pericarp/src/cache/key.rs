use std::fmt::{self, Write as _};

use crate::Principal;

/// Under what an answer is kept, and the tags it goes stale with.
///
/// Its text is the space, a colon and the key; one that is kept for principals has `@` and who they are
/// before the colon. In a space, `:`, `@` and `\` are written with a `\` before them, so no two keys
/// have one text.
///
/// ```
/// use pericarp::Principal;
/// use pericarp::cache::Key;
///
/// let key = Key::new("balance", "ann").tagged("account-ann");
/// assert_eq!(key.as_str(), "balance:ann");
/// let ann = Principal::new("ann").with_role("teller");
/// assert_eq!(Key::of_principal("orders", Some(&ann), 7).as_str(), "orders@3.ann,6.teller,:7");
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
        Self::of(spaced(space), key)
    }

    /// The same for one principal, with the roles they have, or for nobody in particular: what
    /// others get is kept apart.
    pub fn of_principal(
        space: &str,
        principal: Option<&Principal>,
        key: impl fmt::Display,
    ) -> Self {
        let mut text = spaced(space);
        text.push('@');
        if let Some(principal) = principal {
            let mut roles: Vec<&str> = principal.roles.iter().map(String::as_str).collect();
            roles.sort_unstable();
            roles.dedup();
            // The lengths keep ids and roles apart that run into each other.
            for word in [&*principal.id].into_iter().chain(roles) {
                let _ = write!(text, "{}.{word},", word.len());
            }
        }
        Self::of(text, key)
    }

    fn of(mut text: String, key: impl fmt::Display) -> Self {
        text.push(':');
        // Writing to a string does not fail.
        let _ = write!(text, "{key}");
        let tags = Vec::new();
        Self { text, tags }
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

/// A space of which the end is known.
fn spaced(space: &str) -> String {
    let mut text = String::with_capacity(64);
    for c in space.chars() {
        if matches!(c, ':' | '@' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
