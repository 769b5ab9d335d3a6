//! What is said of an event as a whole.

use crate::schema::change::{Change, Verdict};
use crate::schema::difference::EventChanges;
use crate::schema::model::{Event, Schema, Unseen};

pub(super) fn dropped(name: &str, verdict: Verdict) -> EventChanges {
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

pub(super) fn whole(event: &Event, verdict: Verdict, old: &str, new: &str) -> Change {
    untitled(event.title(), verdict, old, new)
}

/// Of anything with a title.
pub(super) fn untitled(event: String, verdict: Verdict, old: &str, new: &str) -> Change {
    Change {
        event,
        field: String::new(),
        verdict,
        old: old.to_owned(),
        new: new.to_owned(),
        effect: String::new(),
        fix: String::new(),
    }
}

pub(super) fn renamed(old: &Event, new: &Event) -> Change {
    Change {
        effect: format!(
            "stored events are read by the alias; a build from before does not know `{}`: update every reader before anybody writes it",
            new.name
        ),
        ..whole(new, Verdict::Note, &old.name, &new.name)
    }
}

pub(super) fn reused(old: &Event, owner: &Event) -> Change {
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

pub(super) fn lowered(old: &Event, new: &Event) -> Change {
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

pub(super) fn no_upcaster(old: &Event, new: &Event) -> Change {
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

pub(super) fn alias_change(
    old: &Event,
    alias: &str,
    reader: &Event,
    build: &Schema,
) -> Option<Change> {
    let goes_on = reader.names().any(|name| name == alias);
    let is_older = build.reads_older(alias, old.version);
    if goes_on || is_older || build.dropped.iter().any(|name| name == alias) {
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
        fix: format!("keep `alias(\"{alias}\")`, or split or drop it under both its names"),
        ..whole(
            reader,
            Verdict::Breaking,
            &format!("alias(\"{alias}\")"),
            "",
        )
    })
}

pub(super) fn removed(old: &Event, renamed: Option<&Event>) -> Change {
    Change {
        effect: "an aggregate that has stored one cannot be loaded (event.unknown_type)".to_owned(),
        fix: match renamed {
            Some(new) => format!(
                "if it was renamed to `{}`, add `alias(\"{}\")` to its `#[event(..)]`",
                new.name, old.name
            ),
            None => "keep the event in the list of its aggregate; it need not be emitted any more"
                .to_owned(),
        },
        ..whole(old, Verdict::Breaking, "event", "")
    }
}

pub(super) fn passed_over(old: &Event) -> Change {
    Change {
        effect: "stored events of it are passed over from now on".to_owned(),
        ..whole(old, Verdict::Note, "event", "dropped")
    }
}

pub(super) fn split(old: &Event, parts: &str) -> Change {
    Change {
        effect: format!("stored events are read as {parts}"),
        ..whole(old, Verdict::Compatible, "event", "split")
    }
}

pub(super) fn not_split(old: &Event) -> Change {
    let Event { name, version, .. } = old;
    Change {
        effect: format!(
            "events that are stored in version {version} cannot be read (event.unknown_version)"
        ),
        fix: format!("add `{version} => ..` to `split_from(\"{name}\", ..)`"),
        ..whole(old, Verdict::Breaking, "event", "split in other versions")
    }
}

pub(super) fn unseen(old: &Event, unseen: &Unseen) -> Change {
    Change {
        effect: "it is read as a type that the lock cannot see into: nothing shows that it reads what is stored"
            .to_owned(),
        fix: unseen.fix.clone(),
        ..whole(old, Verdict::Note, "event", "unseen")
    }
}

pub(super) fn again(old: &Event) -> Change {
    Change {
        effect: "it had been removed, and what is stored of it is read again".to_owned(),
        ..whole(old, Verdict::Compatible, "", "event")
    }
}

pub(super) fn rewritten(event: &Event) -> Change {
    Change {
        effect: "the same JSON, described in another way or in another order".to_owned(),
        ..whole(event, Verdict::Compatible, "description", "description")
    }
}
