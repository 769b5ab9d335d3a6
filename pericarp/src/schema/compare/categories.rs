use super::whole;
use crate::schema::change::{Change, Verdict};
use crate::schema::difference::EventChanges;
use crate::schema::model::{Category, Schema};

impl Schema {
    /// What becomes of the streams of aggregates.
    pub(super) fn category_changes(&self, build: &Self) -> Vec<EventChanges> {
        let of = |schema: &Self, name: &str| {
            let mut categories = schema.categories.iter();
            categories.find(|category| category.name == name).cloned()
        };
        let old = self
            .categories
            .iter()
            .map(|old| match of(build, &old.name) {
                Some(new) => self.category(old, &new, build),
                None => changes(old, vec![lost(old)]),
            });
        let is_new = |new: &&Category| of(self, &new.name).is_none();
        let new = build.categories.iter().filter(is_new);
        let new = new.map(|new| {
            let added = change(new, Verdict::Compatible, "", "aggregate");
            changes(new, vec![added])
        });
        old.chain(new).collect()
    }

    fn category(&self, old: &Category, new: &Category, build: &Self) -> EventChanges {
        let missing = |from: &Category, in_: &Category| {
            let names = from.events.iter().filter(|name| !in_.events.contains(name));
            names.cloned().collect::<Vec<_>>()
        };
        let known =
            |schema: &Self, name: &String| schema.is_read(name) || schema.dropped.contains(name);
        // An event that the build does not know at all is told of by itself, and so is a new one.
        let gone = missing(old, new)
            .into_iter()
            .filter(|name| known(build, name));
        let more = missing(new, old)
            .into_iter()
            .filter(|name| known(self, name));
        let gone = gone.map(|name| left(old, &name));
        let more = more.map(|name| change(old, Verdict::Compatible, "", &name));
        changes(old, gone.chain(more).collect())
    }
}

fn left(category: &Category, name: &str) -> Change {
    Change {
        effect: "an aggregate that has stored one cannot be loaded (event.unknown_type)".to_owned(),
        fix: format!("keep it in the list of the aggregate, or write `dropped(\"{name}\")` there"),
        ..change(category, Verdict::Breaking, name, "")
    }
}

fn lost(category: &Category) -> Change {
    Change {
        effect: "no aggregate finds the streams of this category any more".to_owned(),
        fix: format!(
            "keep `category = \"{}\"`, and the aggregate in `schema![..]`",
            category.name
        ),
        ..change(category, Verdict::Breaking, "aggregate", "")
    }
}

fn change(category: &Category, verdict: Verdict, old: &str, new: &str) -> Change {
    whole::untitled(title(category), verdict, old, new)
}

fn changes(category: &Category, changes: Vec<Change>) -> EventChanges {
    EventChanges {
        changes,
        ..EventChanges::of(title(category))
    }
}

fn title(category: &Category) -> String {
    format!("aggregate {}", category.name)
}
