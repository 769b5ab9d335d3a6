use super::parts::is_lost_in_a_buffer;
use super::renamed;
use super::spread::{Spread, spread};
use super::types::passed_over;
use super::{Comparison, Finding, View};
use crate::schema::change::Verdict;
use crate::schema::model::{Event, Field, Type};

/// The fields of a struct, and whether others are refused.
#[derive(Clone, Copy)]
pub(super) struct Struct<'m> {
    pub(super) fields: &'m [Field],
    pub(super) strict: bool,
}

impl<'m> Struct<'m> {
    /// Others are passed over.
    pub(super) const fn loose(fields: &'m [Field]) -> Self {
        Self {
            fields,
            strict: false,
        }
    }
}

/// Two structs, as they are in JSON.
pub(super) struct Both<'m> {
    pub(super) old: Vec<Spread<'m>>,
    pub(super) new: Vec<Spread<'m>>,
    /// What events have that were stored before a field was removed.
    pub(super) gone: Vec<&'m Field>,
    was_strict: bool,
    pub(super) is_strict: bool,
    /// Whether serde keeps the whole in a buffer before it is read.
    is_buffered: bool,
    /// The flattened `Option`s of which a part is stored.
    pub(super) stored_groups: Vec<&'m str>,
}

impl<'m> Both<'m> {
    /// What else reads a name that `field` has.
    pub(super) fn twin(&self, field: &'m Field) -> Option<(&'m str, &'m Field)> {
        let mut names = field.read_names();
        if !field.never_written {
            names.push(&field.name);
        }
        let others = self.new.iter().map(|other| (other.field, other));
        let mut others = others.filter(|(other, _)| !std::ptr::eq(*other, field));
        others.find_map(|(other, spread)| {
            let name = names.iter().find(|name| spread.reads(name));
            name.map(|name| (*name, other))
        })
    }

    /// The field that keeps all others, and the type of their values.
    pub(super) fn rest(all: &[Spread<'m>], event: &'m Event) -> Option<(&'m str, &'m Type)> {
        all.iter().find_map(|spread| {
            let value = spread.rest(event);
            value.map(|value| (spread.field.name.as_str(), value))
        })
    }
}

impl<'m> Comparison<'m> {
    pub(super) fn fields(&mut self, old: Struct<'m>, new: Struct<'m>) -> Vec<Finding> {
        let mut both = Both {
            old: spread(old.fields, self.old),
            new: spread(new.fields, self.new),
            gone: old.fields.iter().filter(|field| field.gone).collect(),
            was_strict: old.strict,
            is_strict: new.strict,
            is_buffered: std::mem::take(&mut self.is_buffered),
            stored_groups: Vec::new(),
        };
        let mut added = both.new.clone();
        let mut removed = Vec::new();
        let mut kept = Vec::new();
        for before in &both.old {
            let names = before.field.stored_names();
            let Some(name) = names.first() else { continue };
            let reader = added
                .iter()
                .position(|after| self.goes_on(after, before, name));
            match reader.map(|place| added.remove(place)) {
                Some(after) => {
                    both.stored_groups.extend(after.group);
                    kept.push((*before, after));
                }
                None => removed.push(*before),
            }
        }
        for (before, after) in &kept {
            let path = before.field.name.as_str();
            self.at(path, |inside| inside.field(before, after, &both));
        }
        for before in removed {
            let twin = renamed::twin(self, &before, &added);
            match twin.map(|place| added.remove(place)) {
                Some(twin) => self.renamed(&before, &twin),
                None => self.removed(&before, &both),
            }
        }
        for after in &added {
            self.added(after, &both);
        }
        strictness(&both)
    }

    /// Whether `after` reads what `before` stores as `name`.
    fn goes_on(&self, after: &Spread<'m>, before: &Spread<'m>, name: &str) -> bool {
        let (old, new) = (before.field, after.field);
        match (old.flatten, new.flatten) {
            // Neither has a name in JSON.
            (true, true) => {
                let are_rest = before.rest(self.old).is_some() && after.rest(self.new).is_some();
                old.name == new.name || are_rest
            }
            (false, false) if new.never_read => old.name == new.name,
            (false, false) => after.reads(name),
            _ => false,
        }
    }

    fn field(&mut self, before: &Spread<'m>, after: &Spread<'m>, both: &Both<'m>) {
        let (old, new) = (before.field, after.field);
        let mut findings = match new.never_read {
            true => self.not_read(old, both),
            false => self.types(&old.ty, &new.ty),
        };
        let less =
            before.is_lenient() && !after.is_lenient() || before.has_default && !after.has_default;
        if !new.never_read && less {
            findings.retain(|finding| finding.effect != "a stored null cannot be read");
            findings.push(no_default(old, self.old, after));
        }
        let read = new.read_names();
        for name in old.stored_names().into_iter().skip(1) {
            if !new.never_read && !read.contains(&name) {
                findings.push(alias_lost(new, name, after.is_lenient()));
            }
        }
        let before_read = old.read_names();
        let more = |name: &&&str| !new.flatten && !before_read.contains(name);
        for name in read.iter().filter(more) {
            findings.extend(self.may_be_twice(name, both));
        }
        let values = (if_missing(before), if_missing(after));
        if !new.never_read && matches!(values, (Some(old), Some(new)) if old != new) {
            findings.push(Finding::note(
                "where it is missing from a stored event, it is read as another value than before",
            ));
        }
        let was_lost =
            (both.is_buffered || before.is_buffered) && is_lost_in_a_buffer(&old.ty, self.old);
        findings.extend(self.buffered(after, both).filter(|_| !was_lost));
        let was_defective = self.defect(before).is_some();
        findings.extend(self.defect(after).filter(|_| !was_defective));
        if old.name != new.name && !new.never_written && !new.flatten && !self.is_older {
            findings.push(Finding::note(format!(
                "it is written as `{}` from now on, which a build from before does not read",
                new.name
            )));
        }
        let (before, after) = (line(old), line(new));
        if !findings.is_empty() || before != after {
            self.push(&before, &after, findings);
        }
    }

    /// What becomes of a field that is still written and not read any more.
    fn not_read(&self, old: &Field, both: &Both<'m>) -> Vec<Finding> {
        let was_refused = both.was_strict && old.never_read;
        match old.never_read {
            _ if both.is_strict && !was_refused => vec![refused()],
            true => Vec::new(),
            false => vec![passed_over()],
        }
    }

    fn renamed(&mut self, before: &Spread<'m>, after: &Spread<'m>) {
        let (old, new) = (&before.field.name, &after.field.name);
        let effect = match after.is_lenient() {
            true => format!(
                "what is stored as `{old}` is passed over, and `{new}` is read as missing: it is lost without an error"
            ),
            false => format!("a stored event has `{old}` and no `{new}`, so it cannot be read"),
        };
        let fix = match renamed::by_case(old, new) {
            true => format!(
                "keep serde's `rename_all` as it was, or add `#[serde(rename = \"{old}\")]`"
            ),
            false => format!(
                "if it was renamed, add `#[serde(rename = \"{old}\")]`, or `#[serde(alias = \"{old}\")]` to write the new name"
            ),
        };
        let (line_before, line_after) = (line(before.field), after.field.to_string());
        self.at(old, |inside| {
            inside.push(
                &line_before,
                &line_after,
                vec![Finding::breaking(effect).fix(fix)],
            );
        });
    }

    fn removed(&mut self, before: &Spread<'m>, both: &Both<'m>) {
        let field = before.field;
        let read = |name: &&str| both.new.iter().any(|after| after.reads(name));
        let finding = if both.is_strict {
            refused()
        } else if let Some(name) = field.stored_names().into_iter().find(read) {
            twice(name)
        } else {
            match Both::rest(&both.new, self.new).filter(|_| !field.flatten) {
                Some((rest, value)) => self.read_into(&field.ty, rest, value),
                None => passed_over(),
            }
        };
        let line = line(field);
        self.at(&field.name, |inside| inside.push(&line, "", vec![finding]));
    }

    /// What becomes of a field that is read into a flattened map.
    fn read_into(&mut self, old: &'m Type, rest: &str, value: &'m Type) -> Finding {
        let effect = format!("what is stored in it is read into `{rest}` from now on");
        match self.worst(old, value) {
            Some(worst) if worst.verdict == Verdict::Breaking => Finding {
                effect: format!("{effect}: {}", worst.effect),
                fix: format!("keep the field, or let `{rest}` hold any `serde_json::Value`"),
                ..worst
            },
            _ => Finding::note(effect),
        }
    }

    /// What is found of a name that a field reads from now on beside its own.
    fn may_be_twice(&self, name: &str, both: &Both<'m>) -> Option<Finding> {
        let is_gone = both.gone.iter().any(|gone| gone.name == name);
        let in_rest = Both::rest(&both.old, self.old).is_some();
        (is_gone || in_rest).then(|| twice(name))
    }

    /// The gravest that follows if what is stored as `old` is read as `new`.
    pub(super) fn worst(&mut self, old: &'m Type, new: &'m Type) -> Option<Finding> {
        let found = self.on_trial(|inside| inside.types(old, new));
        found.into_iter().max_by_key(|finding| finding.verdict)
    }

    /// Why a field could not be read back through a buffer.
    pub(super) fn buffered(&self, after: &Spread<'_>, both: &Both<'_>) -> Option<Finding> {
        let is_buffered = both.is_buffered || after.is_buffered;
        let is_lost = || is_lost_in_a_buffer(&after.field.ty, self.new);
        (is_buffered && !after.field.never_read && is_lost()).then(lost_in_a_buffer)
    }

    /// Why a new event could not be read back by the build that wrote it.
    pub(super) fn defect(&self, spread: &Spread<'_>) -> Option<Finding> {
        let field = spread.field;
        if field.never_read || field.flatten || self.is_older {
            return None;
        }
        let name = &field.name;
        if !field.never_written && !field.read_names().contains(&name.as_str()) {
            let effect = format!("it is written as `{name}`, which is not read back");
            let fix = format!("add `#[serde(alias = \"{name}\")]`");
            return Some(Finding::breaking(effect).fix(fix));
        }
        let may_be_missing = field.never_written || field.skip_if.is_some();
        (may_be_missing && !spread.is_lenient()).then(|| {
            let effect = "it may be left out from now on, and cannot be read where it is missing";
            Finding::breaking(effect).fix(format!("add `#[serde(default)]` to `{name}`"))
        })
    }
}

/// What follows if fields are refused that were not before.
fn strictness(both: &Both<'_>) -> Vec<Finding> {
    if both.was_strict || !both.is_strict {
        return Vec::new();
    }
    let is_read = |gone: &&Field| both.new.iter().any(|new| new.reads(&gone.name));
    let in_general = "leave out `deny_unknown_fields`";
    vec![match both.gone.iter().copied().all(|gone| is_read(&gone)) {
        false => Finding::breaking(
            "an event that was stored when it had another field is refused from now on",
        )
        .fix(in_general),
        true => Finding::note(
            "fields that it does not have are refused from now on: an event that was stored when it had another cannot be read",
        )
        .fix(format!("{in_general} if it ever had another field")),
    }]
}

pub(super) fn lost_in_a_buffer() -> Finding {
    Finding::breaking(
        "serde reads what is flattened, tagged or untagged through a buffer, which gives back neither a `RawValue`, nor 128 bits, nor a key that is no text",
    )
    .fix("use a `serde_json::Value`, or texts as keys")
}

/// What a field is read as if it is missing; `Some("")` is the default of its type.
fn if_missing<'m>(spread: &Spread<'m>) -> Option<&'m str> {
    let default = spread.field.default.as_deref();
    match spread.is_option {
        true => Some(default.filter(|path| !path.is_empty()).unwrap_or("None")),
        false => default.filter(|_| spread.has_default),
    }
}

pub(super) fn refused() -> Finding {
    Finding::breaking("a stored event has it, and `deny_unknown_fields` refuses it")
        .fix("keep the field, or leave out `deny_unknown_fields`")
}

pub(super) fn twice(name: &str) -> Finding {
    Finding::breaking(format!(
        "an event that has `{name}` as well has one field twice, which serde refuses"
    ))
    .fix(format!("let one field alone read `{name}`"))
}

fn no_default(old: &Field, old_event: &Event, after: &Spread<'_>) -> Finding {
    let null = super::view::is_optional(&old.ty, old_event) && old.default.is_none();
    let fix = match null {
        true => "keep the `Option`, and decide where the event is applied".to_owned(),
        false => format!("keep `#[serde(default)]` on `{}`", after.field.name),
    };
    if let Some(group) = after.group {
        return Finding::breaking(format!(
            "of an event that was stored without it, all of `{group}` is lost without an error"
        ))
        .fix(fix);
    }
    let null = matches!(View::of(&old.ty, old_event), View::Option(_));
    let effect = match null {
        true => "an event that was stored without it, or with null, cannot be read",
        false => "an event that was stored without it cannot be read",
    };
    Finding::breaking(effect).fix(fix)
}

fn alias_lost(new: &Field, name: &str, lenient: bool) -> Finding {
    let effect = match lenient {
        true => format!("what is stored as `{name}` is lost without an error"),
        false => format!("an event that was stored with `{name}` cannot be read"),
    };
    let fix = format!("keep `#[serde(alias = \"{name}\")]` on `{}`", new.name);
    Finding::breaking(effect).fix(fix)
}

/// A field without its name.
pub(super) fn line(field: &Field) -> String {
    let text = field.to_string();
    let named = text.split_once(": ");
    named.map_or(text.clone(), |(_, line)| line.to_owned())
}
