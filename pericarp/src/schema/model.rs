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
    /// Events that a reader could not tell apart.
    pub(crate) clashes: Vec<String>,
    /// What paths of lock files are relative to.
    pub(crate) root: PathBuf,
}

impl PartialEq for Schema {
    /// Whether the events are the same, wherever the file is.
    fn eq(&self, other: &Self) -> bool {
        self.events == other.events && self.dropped == other.dropped
    }
}

/// One version of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) aliases: Vec<String>,
    /// Older versions that a build reads too.
    pub(crate) reads: Vec<u32>,
    /// The names of older events that it takes a part of.
    pub(crate) splits: Vec<String>,
    pub(crate) payload: Body,
    /// The structs and enums inside, each once, in the order in which they come.
    pub(crate) types: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Unit,
    Newtype { ty: Type, transparent: bool },
    Tuple(Vec<Field>),
    Struct { fields: Vec<Field>, strict: bool },
    Enum { tag: Tag, variants: Vec<Variant> },
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
    pub(crate) name: String,
    pub(crate) body: Body,
    pub(crate) reads: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
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

    pub(crate) fn body_of(&self, name: &str) -> Option<&Body> {
        let mut types = self.types.iter();
        types.find(|ty| ty.name == name).map(|ty| &ty.body)
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
