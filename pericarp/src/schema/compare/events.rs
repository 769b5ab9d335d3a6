use super::{Comparison, whole};
use crate::schema::change::{Change, Verdict};
use crate::schema::difference::{Difference, EventChanges};
use crate::schema::model::{Event, Schema};
use crate::schema::old_code;

impl Schema {
    /// How `build` differs from this, which is locked: what becomes of the events that are stored.
    ///
    /// ```
    /// use pericarp::schema::{Schema, Verdict};
    ///
    /// let locked = Schema::parse("lock 1\nevent a.b v1 struct\n  cents: u64\n")?;
    /// let build = Schema::parse("lock 1\nevent a.b v1 struct\n  cents: u32\n")?;
    /// let difference = locked.difference(&build);
    /// assert_eq!(difference.verdict(), Verdict::Breaking);
    /// assert_eq!(difference.changes()[0].field, "cents");
    /// # Ok::<(), pericarp::schema::ParseLockError>(())
    /// ```
    pub fn difference(&self, build: &Self) -> Difference {
        let mut difference = Difference::default();
        for old in &self.events {
            difference.add(self.event(old, build));
        }
        for new in &build.events {
            if self.reader_before(new).is_none() {
                difference.add(self.new_event(new, build));
            }
        }
        for (name, verdict) in self.dropped_without_event(build) {
            difference.add(whole::dropped(name, verdict));
        }
        for changes in self.category_changes(build) {
            difference.add(changes);
        }
        difference.sort();
        difference
    }

    /// The names that are passed over from now on, or no longer, and of which no event is locked.
    fn dropped_without_event<'m>(
        &'m self,
        build: &'m Self,
    ) -> impl Iterator<Item = (&'m str, Verdict)> {
        let unknown = |name: &&String| self.events.iter().all(|event| event.name != **name);
        let more = build
            .dropped
            .iter()
            .filter(|name| !self.dropped.contains(name));
        let fewer = self
            .dropped
            .iter()
            .filter(move |name| !build.dropped.contains(name) && !build.is_read(name));
        let more = more.map(|name| (name, Verdict::Compatible));
        let fewer = fewer.map(|name| (name, Verdict::Breaking));
        more.chain(fewer)
            .filter(move |(name, _)| unknown(name))
            .map(|(name, verdict)| (name.as_str(), verdict))
    }

    /// Whether something reads events that are stored under a name.
    pub(super) fn is_read(&self, name: &str) -> bool {
        self.readers(name).next().is_some() || self.parts(name).next().is_some()
    }

    /// What becomes of the events that are stored as `old`.
    fn event(&self, old: &Event, build: &Self) -> EventChanges {
        let (name, version) = (old.name.as_str(), old.version);
        let written = |event: &&Event| !build.reads_older(&event.name, event.version);
        let newest = build.readers(name).filter(written);
        let newest = newest.max_by_key(|event| event.version);
        let same_version = build.readers(name).find(|event| event.version == version);
        let title = same_version.or(newest).unwrap_or(old);
        let mut changes = EventChanges::new(title);
        changes.changes.extend(self.split(old, build));
        match same_version {
            Some(new) => self.read_as(old, new, build, &mut changes),
            None if build.reads_older(name, version) => {}
            None if build.dropped.contains(&old.name) => {
                if !self.dropped.contains(&old.name) {
                    changes.push(whole::passed_over(old));
                }
            }
            None if old.gone => return changes,
            None => {
                self.not_read(old, newest, build, &mut changes);
                if newest.is_none() {
                    return changes;
                }
            }
        }
        if let Some(unseen) = build.unseen(name, version).filter(|_| !old.unseen) {
            changes.push(whole::unseen(old, unseen));
        }
        for alias in &old.aliases {
            let change = whole::alias_change(old, alias, title, build);
            changes.changes.extend(change);
        }
        if changes.changes.is_empty()
            && same_version.is_some_and(|new| build.locked(new, old) != *old)
        {
            changes.push(whole::rewritten(old));
        }
        changes
    }

    /// An event of the version that is stored.
    fn read_as(&self, old: &Event, new: &Event, build: &Self, changes: &mut EventChanges) {
        let is_older = build.reads_older(&new.name, new.version);
        let comparison = match is_older {
            true => Comparison::with_older(old, new),
            false => Comparison::new(old, new),
        };
        let before = changes.changes.len();
        changes.changes.extend(comparison.payloads());
        if let Some(owner) = self.owner_of_shape(old, new, changes) {
            changes.changes.truncate(before);
            changes.push(whole::reused(old, owner));
        } else if changes.verdict() == Verdict::Breaking {
            let mut targets = build.readers(&old.name).chain(build.parts(&old.name));
            let reads_it = |event: &&Event| event.reads_older(&old.name, old.version);
            changes.way_out = match targets.find(reads_it) {
                // It is translated already, from what it was not.
                Some(target) => old_code::older(old, target),
                None => old_code::way_out(old, new),
            };
        }
        if new.name != old.name && !is_older {
            changes.push(whole::renamed(old, new));
        }
        if old.gone {
            changes.push(whole::again(old));
        }
    }

    /// What becomes of events that nothing reads.
    fn not_read(
        &self,
        old: &Event,
        newest: Option<&Event>,
        build: &Self,
        changes: &mut EventChanges,
    ) {
        match newest {
            Some(newest) if newest.version < old.version => {
                changes.push(whole::lowered(old, newest));
            }
            Some(newest) => {
                changes.push(whole::no_upcaster(old, newest));
                changes.way_out = old_code::upcast(old, newest);
            }
            None if build.parts(&old.name).next().is_some() => {
                changes.push(whole::not_split(old));
            }
            None => changes.push(self.removed(old, build)),
        }
    }

    /// The locked event that a new one goes on with: of the same version, or read by it.
    fn reader_before(&self, new: &Event) -> Option<&Event> {
        let mut events = self.events.iter();
        events.find(|old| old.version == new.version && new.names().any(|name| name == old.name))
    }

    /// Which events take their parts of one, if others do than before.
    fn split(&self, old: &Event, build: &Self) -> Option<Change> {
        let parts = |schema: &Self| {
            let takes = schema.parts(&old.name);
            let names: Vec<_> = takes.map(|new| format!("`{}`", new.name)).collect();
            names.join(" and ")
        };
        let (before, now) = (parts(self), parts(build));
        (!now.is_empty() && before != now).then(|| whole::split(old, &now))
    }

    fn removed(&self, old: &Event, build: &Self) -> Change {
        let is_new = |new: &&Event| !self.events.iter().any(|old| old.name == new.name);
        let mut candidates = build.events.iter().filter(is_new).filter(|new| {
            new.version == old.version && new.payload == old.payload && new.types == old.types
        });
        whole::removed(
            old,
            match (candidates.next(), candidates.next()) {
                (Some(new), None) => Some(new),
                _ => None,
            },
        )
    }

    /// The other locked event whose shape an event has now, if its own is gone.
    fn owner_of_shape(&self, old: &Event, new: &Event, found: &EventChanges) -> Option<&Event> {
        if found.verdict() != Verdict::Breaking {
            return None;
        }
        self.events.iter().find(|other| {
            other.name != old.name && other.payload == new.payload && other.types == new.types
        })
    }

    fn new_event(&self, new: &Event, build: &Self) -> EventChanges {
        let mut changes = EventChanges::new(new);
        let raised = self
            .events
            .iter()
            .any(|old| new.names().any(|name| name == old.name) && old.version < new.version);
        let what = match raised {
            _ if build.reads_older(&new.name, new.version) => "older version",
            true => "version",
            false => "event",
        };
        changes.push(whole::whole(new, Verdict::Compatible, "", what));
        changes
    }
}

impl Difference {
    /// Adds changes to those of the same event.
    fn add(&mut self, changes: EventChanges) {
        if changes.changes.is_empty() {
            return;
        }
        let mut events = self.events.iter_mut();
        match events.find(|event| event.event == changes.event) {
            Some(event) => {
                event.changes.extend(changes.changes);
                if event.way_out.is_empty() {
                    event.way_out = changes.way_out;
                }
            }
            None => self.events.push(changes),
        }
    }
}

impl EventChanges {
    fn new(event: &Event) -> Self {
        Self::of(event.title())
    }

    pub(super) fn of(event: String) -> Self {
        Self {
            event,
            changes: Vec::new(),
            way_out: String::new(),
        }
    }

    pub(super) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }
}
