use super::Comparison;
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
                difference.add(self.new_event(new));
            }
        }
        for (name, verdict) in self.dropped_without_event(build) {
            difference.add(dropped(name, verdict));
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
        let is_read = |name: &str| {
            let mut events = build.events.iter();
            build.readers(name).next().is_some()
                || events.any(|event| event.splits.iter().any(|split| split == name))
        };
        let more = build
            .dropped
            .iter()
            .filter(|name| !self.dropped.contains(name));
        let fewer = self
            .dropped
            .iter()
            .filter(move |name| !build.dropped.contains(name) && !is_read(name));
        let more = more.map(|name| (name, Verdict::Compatible));
        let fewer = fewer.map(|name| (name, Verdict::Breaking));
        more.chain(fewer)
            .filter(move |(name, _)| unknown(name))
            .map(|(name, verdict)| (name.as_str(), verdict))
    }

    /// What becomes of the events that are stored as `old`.
    fn event(&self, old: &Event, build: &Self) -> EventChanges {
        let readers: Vec<_> = build.readers(&old.name).collect();
        let Some(newest) = readers.iter().copied().max_by_key(|event| event.version) else {
            return self.without_reader(old, build);
        };
        let same_version = readers.iter().find(|event| event.version == old.version);
        let mut changes = EventChanges::new(same_version.copied().unwrap_or(newest));
        match same_version {
            Some(new) => {
                changes.changes = Comparison::new(old, new).payloads();
                if let Some(owner) = self.owner_of_shape(old, new, &changes) {
                    changes.changes = vec![reused(old, owner)];
                } else if changes.verdict() == Verdict::Breaking {
                    changes.way_out = match new.version == newest.version {
                        true => old_code::way_out(old, new),
                        // It is translated already, from what it was not.
                        false => old_code::upcast(old, newest),
                    };
                }
                if new.name != old.name {
                    changes.push(renamed(old, new));
                }
            }
            None if newest.reads.contains(&old.version) => {}
            None if newest.version < old.version => changes.push(lowered(old, newest)),
            None => {
                changes.push(no_upcaster(old, newest));
                changes.way_out = old_code::upcast(old, newest);
            }
        }
        for alias in &old.aliases {
            changes
                .changes
                .extend(alias_change(old, alias, newest, build));
        }
        if changes.changes.is_empty() && same_version.is_some_and(|new| new.after(old) != *old) {
            changes.push(rewritten(old));
        }
        changes
    }

    fn readers<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Event> {
        let events = self.events.iter();
        events.filter(move |event| event.names().any(|known| known == name))
    }

    /// The locked event that a new one goes on with: of the same version, or read by it.
    fn reader_before(&self, new: &Event) -> Option<&Event> {
        let mut events = self.events.iter();
        events.find(|old| old.version == new.version && new.names().any(|name| name == old.name))
    }

    /// What becomes of events that no event of the build is called like.
    fn without_reader(&self, old: &Event, build: &Self) -> EventChanges {
        let mut changes = EventChanges::new(old);
        let parts = |schema: &Self| {
            let takes = schema
                .events
                .iter()
                .filter(|new| new.splits.contains(&old.name));
            let names: Vec<_> = takes.map(|new| format!("`{}`", new.name)).collect();
            names.join(" and ")
        };
        let (before, now) = (parts(self), parts(build));
        if !now.is_empty() {
            if before != now {
                changes.push(Change {
                    effect: format!("stored events are read as {now}"),
                    ..whole(old, Verdict::Compatible, "event", "split")
                });
            }
            return changes;
        }
        if build.dropped.contains(&old.name) {
            if !self.dropped.contains(&old.name) {
                changes.push(Change {
                    effect: "stored events of it are passed over from now on".to_owned(),
                    ..whole(old, Verdict::Note, "event", "dropped")
                });
            }
            return changes;
        }
        self.removed(old, build)
    }

    fn removed(&self, old: &Event, build: &Self) -> EventChanges {
        let is_new = |new: &&Event| !self.events.iter().any(|old| old.name == new.name);
        let mut candidates = build.events.iter().filter(is_new).filter(|new| {
            new.version == old.version && new.payload == old.payload && new.types == old.types
        });
        let fix = match (candidates.next(), candidates.next()) {
            (Some(new), None) => format!(
                "if it was renamed to `{}`, add `alias(\"{}\")` to its `#[event(..)]`",
                new.name, old.name
            ),
            _ => "keep the event in the list of its aggregate; it need not be emitted any more"
                .to_owned(),
        };
        let mut changes = EventChanges::new(old);
        changes.push(Change {
            effect: "an aggregate that has stored one cannot be loaded (event.unknown_type)"
                .to_owned(),
            fix,
            ..whole(old, Verdict::Breaking, "event", "")
        });
        changes
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

    fn new_event(&self, new: &Event) -> EventChanges {
        let mut changes = EventChanges::new(new);
        let raised = self
            .events
            .iter()
            .any(|old| new.names().any(|name| name == old.name) && old.version < new.version);
        let what = if raised { "version" } else { "event" };
        changes.push(whole(new, Verdict::Compatible, "", what));
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
        Self {
            event: event.title(),
            changes: Vec::new(),
            way_out: String::new(),
        }
    }

    fn push(&mut self, change: Change) {
        self.changes.push(change);
    }
}

fn dropped(name: &str, verdict: Verdict) -> EventChanges {
    let (old, new, effect) = match verdict {
        Verdict::Breaking => (
            "dropped",
            "",
            "an aggregate that has stored one cannot be loaded (event.unknown_type)",
        ),
        _ => ("", "dropped", "stored events of it are passed over"),
    };
    EventChanges {
        event: name.to_owned(),
        changes: vec![Change {
            event: name.to_owned(),
            field: String::new(),
            verdict,
            old: old.to_owned(),
            new: new.to_owned(),
            effect: effect.to_owned(),
            fix: match verdict {
                Verdict::Breaking => format!("keep `dropped(\"{name}\")`"),
                _ => String::new(),
            },
        }],
        way_out: String::new(),
    }
}

fn whole(event: &Event, verdict: Verdict, old: &str, new: &str) -> Change {
    Change {
        event: event.title(),
        field: String::new(),
        verdict,
        old: old.to_owned(),
        new: new.to_owned(),
        effect: String::new(),
        fix: String::new(),
    }
}

fn renamed(old: &Event, new: &Event) -> Change {
    Change {
        effect: format!(
            "stored events are read by the alias; a build from before does not know `{}`: update every reader before anybody writes it",
            new.name
        ),
        ..whole(new, Verdict::Note, &old.name, &new.name)
    }
}

fn reused(old: &Event, owner: &Event) -> Change {
    Change {
        effect: format!(
            "it has the shape of `{}` now: what is stored as `{}` is another event, and cannot be read as this one",
            owner.name, old.name
        ),
        fix: format!(
            "give each event the name it had; \"{}\" is taken for ever",
            old.name
        ),
        ..whole(old, Verdict::Breaking, "event", "another event")
    }
}

fn lowered(old: &Event, new: &Event) -> Change {
    Change {
        effect: format!(
            "events are stored in version {}, which no build with version {} reads (event.unknown_version)",
            old.version, new.version
        ),
        fix: format!("write `version = {}`, or a higher one", old.version),
        ..whole(
            new,
            Verdict::Breaking,
            &format!("version {}", old.version),
            &format!("version {}", new.version),
        )
    }
}

fn no_upcaster(old: &Event, new: &Event) -> Change {
    Change {
        effect: format!(
            "events that are stored in version {} cannot be read (event.unknown_version)",
            old.version
        ),
        fix: String::new(),
        ..whole(
            new,
            Verdict::Breaking,
            &format!("version {}", old.version),
            &format!("version {}", new.version),
        )
    }
}

fn alias_change(old: &Event, alias: &str, reader: &Event, build: &Schema) -> Option<Change> {
    if reader.names().any(|name| name == alias) {
        return None;
    }
    let other = build.readers(alias).next();
    Some(Change {
        effect: match other {
            Some(other) => format!(
                "what is stored as `{alias}` is `{}`, and is read as `{}` from now on",
                old.name, other.name
            ),
            None => format!(
                "events that are stored as `{alias}` cannot be read any more (event.unknown_type)"
            ),
        },
        fix: format!(
            "keep `alias(\"{alias}\")` in the `#[event(..)]` of `{}`",
            old.name
        ),
        ..whole(
            reader,
            Verdict::Breaking,
            &format!("alias(\"{alias}\")"),
            "",
        )
    })
}

fn rewritten(event: &Event) -> Change {
    Change {
        effect: "the same JSON, described in another way or in another order".to_owned(),
        ..whole(event, Verdict::Compatible, "description", "description")
    }
}
