//! What a lock file holds, and what a build's events are: the same, as values.

use std::path::PathBuf;

use super::scalar::Scalar;

/// The shapes of events: those of a build, from [`schema!`](crate::schema!), or those of a lock
/// file, parsed.
///
/// Its text, by `Display`, is that of a lock file; [`Schema::parse`] reads it.
///
/// ```
/// use pericarp::{Event, schema::Schema};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.deposited")]
/// struct Deposited { cents: i64, note: Option<String> }
///
/// let schema = pericarp::schema![Deposited];
/// let text = schema.to_string();
/// assert!(text.ends_with(
///     "event account.deposited v1 struct\n  cents: i64\n  note: Option<String>\n"
/// ));
/// assert_eq!(Schema::parse(&text)?, schema);
/// # Ok::<(), pericarp::schema::ParseLockError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Sorted by name and version.
    pub(crate) events: Vec<Event>,
    /// The names of events that are passed over on purpose, sorted.
    pub(crate) dropped: Vec<String>,
    /// The categories of streams, sorted.
    pub(crate) categories: Vec<Category>,
    /// Older events that a build reads as a type the lock cannot see into.
    pub(crate) unseen: Vec<Unseen>,
    /// Events that a reader could not tell apart.
    pub(crate) clashes: Vec<String>,
    /// What paths of lock files are relative to.
    pub(crate) root: PathBuf,
}

impl PartialEq for Schema {
    /// Whether the events are the same, wherever the file is.
    fn eq(&self, other: &Self) -> bool {
        self.events == other.events
            && self.dropped == other.dropped
            && self.categories == other.categories
    }
}

/// The streams of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) name: String,
    /// The names of the events that are read from them, former ones included, sorted.
    pub(crate) events: Vec<String>,
}

/// An older event that a build reads, and what has to be done to see as what.
#[derive(Clone, Debug)]
pub(crate) struct Unseen {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) fix: String,
}

/// One version of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Nothing reads it any more, and a person has accepted that. Its name is taken all the same.
    pub(crate) gone: bool,
    /// It is read as a type that the lock cannot see into, and a person has accepted that.
    pub(crate) unseen: bool,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) aliases: Vec<String>,
    /// Older versions that a build reads too.
    pub(crate) reads: Vec<u32>,
    /// Older events that it takes a part of.
    pub(crate) splits: Vec<Split>,
    pub(crate) payload: Body,
    /// The structs and enums inside, each once, in the order in which they come.
    pub(crate) types: Vec<Named>,
}

/// An older event that others take their parts of, and which versions of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) name: String,
    pub(crate) versions: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Unit,
    Newtype(Newtype),
    Tuple(Vec<Field>),
    Struct { fields: Vec<Field>, strict: bool },
    Enum { tag: Tag, variants: Vec<Variant> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newtype {
    pub(crate) ty: Type,
    /// It is read as its content is, even if it is missing.
    pub(crate) transparent: bool,
    /// Its content is converted by a function that may refuse it.
    pub(crate) try_from: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    External,
    Internal(String),
    Adjacent(String, String),
    Untagged,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Scalar(Scalar),
    Option(Box<Type>),
    List(Box<Type>),
    Set(Box<Type>),
    Array(Box<Type>, usize),
    Tuple(Vec<Type>),
    Map(Box<Type>, Box<Type>),
    /// One of the event's types.
    Ref(String),
    /// A type without a shape, as it was written.
    Opaque(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// It was removed; what is stored in it is still there.
    pub(crate) gone: bool,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) reads: Option<String>,
    pub(crate) aliases: Vec<String>,
    /// Empty for `Default`.
    pub(crate) default: Option<String>,
    pub(crate) skip_if: Option<String>,
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
    pub(crate) flatten: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// It was removed; what is stored in it is still there.
    pub(crate) gone: bool,
    pub(crate) name: String,
    pub(crate) body: Body,
    pub(crate) reads: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
}

impl Schema {
    /// The events that are read under a name.
    pub(crate) fn readers<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Event> {
        let events = self.events.iter();
        events.filter(move |event| !event.gone && event.names().any(|known| known == name))
    }

    /// The events that take their parts of one that is stored under a name.
    pub(crate) fn parts<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Event> {
        let events = self.events.iter();
        events.filter(move |event| event.splits.iter().any(|split| split.name == name))
    }

    /// Whether an event is read as an older version of another, or as one that is split.
    pub(crate) fn reads_older(&self, name: &str, version: u32) -> bool {
        let mut events = self.events.iter();
        events.any(|event| event.reads_older(name, version))
    }

    /// What has to be done so that the lock sees what an older event is read as.
    pub(crate) fn unseen(&self, name: &str, version: u32) -> Option<&Unseen> {
        let mut unseen = self.unseen.iter();
        unseen.find(|unseen| unseen.name == name && unseen.version == version)
    }
}

impl Event {
    /// How a text refers to it.
    pub(crate) fn title(&self) -> String {
        format!("{} v{}", self.name, self.version)
    }

    /// Its name and its former names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    /// Whether it reads an older version of what is stored under this name.
    pub(crate) fn reads_older(&self, name: &str, version: u32) -> bool {
        let upcast = self.reads.contains(&version) && self.names().any(|known| known == name);
        let mut splits = self.splits.iter();
        upcast || splits.any(|split| split.name == name && split.versions.contains(&version))
    }

    pub(crate) fn body_of(&self, name: &str) -> Option<&Body> {
        let mut types = self.types.iter();
        types.find(|ty| ty.name == name).map(|ty| &ty.body)
    }
}

impl Newtype {
    pub(crate) const fn new(ty: Type) -> Self {
        Self {
            ty,
            transparent: false,
            try_from: false,
        }
    }
}

impl Field {
    pub(crate) fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            gone: false,
            name: name.into(),
            ty,
            reads: None,
            aliases: Vec::new(),
            default: None,
            skip_if: None,
            never_written: false,
            never_read: false,
            flatten: false,
        }
    }

    /// The names it is read under.
    pub(crate) fn read_names(&self) -> Vec<&str> {
        if self.never_read {
            return Vec::new();
        }
        let first = self.reads.as_ref().unwrap_or(&self.name);
        std::iter::once(first)
            .chain(&self.aliases)
            .map(String::as_str)
            .collect()
    }

    /// The names under which it may be in the log and be read: the one it is written under first.
    pub(crate) fn stored_names(&self) -> Vec<&str> {
        stored(&self.name, self.read_names(), self.never_written)
    }
}

impl Variant {
    pub(crate) fn new(name: impl Into<String>, body: Body) -> Self {
        Self {
            gone: false,
            name: name.into(),
            body,
            reads: None,
            aliases: Vec::new(),
            never_written: false,
            never_read: false,
            other: false,
            untagged: false,
        }
    }

    /// The names it is read under.
    pub(crate) fn read_names(&self) -> Vec<&str> {
        if self.never_read {
            return Vec::new();
        }
        let first = self.reads.as_ref().unwrap_or(&self.name);
        std::iter::once(first)
            .chain(&self.aliases)
            .map(String::as_str)
            .collect()
    }

    /// The names under which it may be in the log and be read: the one it is written under first.
    pub(crate) fn stored_names(&self) -> Vec<&str> {
        stored(&self.name, self.read_names(), self.never_written)
    }
}

/// The names something is read under, the written one first; only that, if it is never read.
fn stored<'m>(written: &'m str, mut read: Vec<&'m str>, never_written: bool) -> Vec<&'m str> {
    match read.iter().position(|name| *name == written) {
        Some(place) => read.swap(0, place),
        None if read.is_empty() && !never_written => read.push(written),
        None => {}
    }
    read
}
