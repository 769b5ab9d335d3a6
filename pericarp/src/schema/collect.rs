//! From the constants that the derives write to a [`Schema`].

use std::path::PathBuf;

use super::described::{Entry, EventShape};
use super::model::{Category, Event, Schema, Split, Unseen};
use super::shape::{Form, Seen};
use super::types::{Types, owned, without_paths};
use super::{body, described, shape};
use crate::EventKind;

/// Collects the shapes of aggregates and events into a
/// [`Schema`](crate::schema::Schema).
///
/// Paths of lock files are relative to the manifest of the package this is written in.
///
/// ```
/// use pericarp::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "counter.added")]
/// struct Added { n: u64 }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "report.sent")]
/// struct Sent { to: String }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(category = "counter", id = String, events(Added))]
/// struct Counter { total: u64 }
///
/// impl Apply<Added> for Counter {
///     fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n }
/// }
///
/// let schema = pericarp::schema![Counter, Sent];
/// assert_eq!(schema.names().collect::<Vec<_>>(), ["counter.added", "report.sent"]);
/// ```
#[macro_export]
macro_rules! schema {
    ($($described:ty),+ $(,)?) => {
        $crate::schema::Schema::collect(
            ::core::env!("CARGO_MANIFEST_DIR"),
            &[$(<$described as $crate::schema::Described>::SHAPES),+],
        )
    };
}

impl Schema {
    /// Collects shapes. [`schema!`](crate::schema!) calls it.
    #[doc(hidden)]
    pub fn collect(root: &str, lists: &[&[Entry]]) -> Self {
        let mut collected = Collected::default();
        for list in lists {
            collected.add(list);
        }
        Self {
            root: PathBuf::from(root),
            ..collected.into_schema()
        }
    }

    /// The stored names of the events, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<_> = self
            .events
            .iter()
            .map(|event| event.name.as_str())
            .collect();
        names.dedup();
        names.into_iter()
    }

    pub(crate) fn sort(&mut self) {
        self.events
            .sort_by(|a, b| (&a.name, a.version).cmp(&(&b.name, b.version)));
        self.dropped.sort();
        self.categories.sort_by(|a, b| a.name.cmp(&b.name));
        for category in &mut self.categories {
            category.events.sort();
            category.events.dedup();
        }
    }
}

#[derive(Default)]
struct Collected {
    schema: Schema,
    /// What older events are read as. Several events may take their parts of one.
    older: Vec<Event>,
}

impl Collected {
    fn add(&mut self, list: &[Entry]) {
        for entry in list {
            match entry {
                Entry::Event(shape) => self.event(shape),
                Entry::Dropped(names) => self.schema.dropped.extend(owned(names)),
                Entry::Category(category) => {
                    self.category(category);
                    self.listed(category);
                }
            }
        }
    }

    fn event(&mut self, shape: &EventShape) {
        let (kind, events) = (&shape.kind, &mut self.schema.events);
        let splits = shape.splits.iter().map(|(name, versions)| Split {
            name: (*name).to_owned(),
            versions: versions.iter().map(|(version, _)| *version).collect(),
        });
        events.push(Event {
            reads: shape.older.iter().map(|(version, _)| *version).collect(),
            splits: splits.collect(),
            ..event(kind.name, kind.version, kind.aliases, &shape.payload)
        });
        for (version, ty) in shape.older {
            self.older(kind.name, *version, kind.aliases, ty);
        }
        for (name, versions) in shape.splits {
            for (version, ty) in *versions {
                self.older(name, *version, &[], ty);
            }
        }
    }

    fn older(&mut self, name: &str, version: u32, aliases: &[&str], ty: &shape::Type) {
        let payload = match (ty.seen)() {
            // What was the event itself once is described as that.
            Seen::Form(Form::Named(named)) => named.body,
            Seen::Form(_) => body::Body::Newtype(*ty),
            Seen::Option | Seen::Opaque => {
                let fix = format!("derive `Shape` for `{}`", without_paths(ty.written));
                return self.unseen(name, version, fix);
            }
        };
        self.older.push(event(name, version, aliases, &payload));
    }

    fn unseen(&mut self, name: &str, version: u32, fix: String) {
        let name = name.to_owned();
        self.schema.unseen.push(Unseen { name, version, fix });
    }

    fn listed(&mut self, category: &described::Category) {
        for listing in category.listed {
            match listing.shapes {
                Some(shapes) => self.add(shapes),
                None => {
                    let opaque = body::Body::Newtype(shape::Type::opaque(listing.written, ""));
                    for kind in listing.kinds {
                        self.event(&EventShape::new(*kind, opaque));
                    }
                }
            }
        }
        self.schema.dropped.extend(owned(category.dropped));
    }

    fn category(&mut self, category: &described::Category) {
        let (name, mut events) = (category.name, Vec::new());
        read_category(category, &mut events);
        let mut categories = self.schema.categories.iter_mut();
        match categories.find(|category| category.name == name) {
            Some(category) => category.events.extend(events),
            None => self.schema.categories.push(Category {
                name: name.to_owned(),
                events,
            }),
        }
    }

    fn into_schema(mut self) -> Schema {
        self.schema.sort();
        // What two aggregates list is there twice.
        self.schema.events.dedup();
        self.schema.dropped.dedup();
        self.schema.clashes = clashes(&self.schema.events);
        for event in std::mem::take(&mut self.older) {
            let mut known = self.schema.events.iter();
            match known.find(|known| (&known.name, known.version) == (&event.name, event.version)) {
                None => self.schema.events.push(event),
                Some(known) if *known == event => {}
                Some(_) => {
                    let fix = "read it as one type wherever it is read".to_owned();
                    self.unseen(&event.name, event.version, fix);
                }
            }
        }
        self.schema.sort();
        self.schema
    }
}

/// The names of all events that an aggregate reads.
fn read_category(category: &described::Category, names: &mut Vec<String>) {
    for listing in category.listed {
        match listing.shapes {
            Some(shapes) => read_names(shapes, names),
            None => names.extend(listing.kinds.iter().flat_map(names_of)),
        }
    }
    names.extend(owned(category.dropped));
}

/// The names of all events that a list reads.
fn read_names(list: &[Entry], names: &mut Vec<String>) {
    for entry in list {
        match entry {
            Entry::Event(shape) => {
                names.extend(names_of(&shape.kind));
                names.extend(shape.splits.iter().map(|(name, _)| (*name).to_owned()));
            }
            Entry::Category(category) => read_category(category, names),
            Entry::Dropped(dropped) => names.extend(owned(dropped)),
        }
    }
}

fn names_of(kind: &EventKind) -> Vec<String> {
    let mut names = owned(kind.aliases);
    names.push(kind.name.to_owned());
    names
}

fn event(name: &str, version: u32, aliases: &[&str], payload: &body::Body) -> Event {
    let mut types = Types::default();
    let payload = types.body(payload);
    Event {
        gone: false,
        unseen: false,
        name: name.to_owned(),
        version,
        aliases: owned(aliases),
        reads: Vec::new(),
        splits: Vec::new(),
        payload,
        types: types.into_named(),
    }
}

/// Pairs of events that share a name, former names included, in one version.
fn clashes(events: &[Event]) -> Vec<String> {
    let mut clashes = Vec::new();
    for (i, event) in events.iter().enumerate() {
        for other in events.iter().skip(i + 1) {
            let same = event.name == other.name;
            let shared = event
                .names()
                .find(|name| other.names().any(|other| other == *name));
            match shared {
                Some(name) if !same || event.version == other.version => {
                    clashes.push(format!(
                        "{} and {} are both read from events stored as `{name}`",
                        event.title(),
                        other.title(),
                    ));
                }
                _ => {}
            }
        }
    }
    clashes
}
