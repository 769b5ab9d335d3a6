use super::renamed;
use super::spread::{Spread, spread};
use super::types::passed_over;
use super::{Comparison, Finding, View};
use crate::schema::model::{Event, Field};

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

impl<'m> Comparison<'m> {
    pub(super) fn fields(&mut self, old: Struct<'m>, new: Struct<'m>) -> Vec<Finding> {
        let new_fields = spread(new.fields, self.new);
        let mut added: Vec<_> = new_fields.iter().collect();
        let mut removed = Vec::new();
        for before in spread(old.fields, self.old) {
            let names = before.field.stored_names();
            let Some(name) = names.first() else { continue };
            let reader = added.iter().position(|after| reads(after, &before, name));
            match reader.map(|place| added.remove(place)) {
                Some(after) => {
                    let path = before.field.name.as_str();
                    self.at(path, |inside| inside.field(&before, after));
                }
                None => removed.push(before),
            }
        }
        for before in removed {
            let twin = renamed::twin(self, &before, &added);
            match twin.map(|place| added.remove(place)) {
                Some(twin) => self.renamed(&before, twin),
                None => self.removed(&before, new.strict, &new_fields),
            }
        }
        let gone: Vec<_> = old.fields.iter().filter(|field| field.gone).collect();
        for after in added {
            self.added(after, &gone);
        }
        let is_read = |gone: &&Field| {
            new_fields
                .iter()
                .any(|f| f.field.read_names().contains(&gone.name.as_str()))
        };
        match (old.strict, new.strict) {
            (false, true) if !gone.iter().all(is_read) => vec![
                Finding::breaking(
                    "an event that was stored when it had another field is refused from now on",
                )
                .fix("leave out `deny_unknown_fields`"),
            ],
            (false, true) => vec![
                Finding::note(
                    "fields that it does not have are refused from now on: an event that was stored when it had another cannot be read",
                )
                .fix("leave out `deny_unknown_fields` if it ever had another field"),
            ],
            _ => Vec::new(),
        }
    }

    fn field(&mut self, before: &Spread<'m>, after: &Spread<'m>) {
        let (old, new) = (before.field, after.field);
        let mut findings = self.types(&old.ty, &new.ty);
        if new.never_read {
            findings = match old.never_read {
                true => Vec::new(),
                false => vec![passed_over()],
            };
        } else if before.lenient && !after.lenient {
            findings.retain(|finding| finding.effect != "a stored null cannot be read");
            findings.push(no_default(old, self.old, new));
        }
        let read = new.read_names();
        for name in old.stored_names().into_iter().skip(1) {
            if !new.never_read && !read.contains(&name) {
                findings.push(alias_lost(new, name, after.lenient));
            }
        }
        if old.default != new.default && old.default.is_some() && new.default.is_some() {
            findings.push(Finding::note(
                "where it is missing from a stored event, it is read as another value than before",
            ));
        }
        let was_defective = defect(before).is_some();
        findings.extend(defect(after).filter(|_| !was_defective));
        if old.name != new.name && !new.never_written {
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

    fn renamed(&mut self, before: &Spread<'m>, after: &Spread<'m>) {
        let (old, new) = (&before.field.name, &after.field.name);
        let effect = match after.lenient {
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

    fn removed(&mut self, before: &Spread<'m>, strict: bool, new: &[Spread<'m>]) {
        let finding = if strict {
            Finding::breaking("a stored event has it, and `deny_unknown_fields` refuses it")
                .fix("keep the field, or leave out `deny_unknown_fields`")
        } else {
            match new.iter().find(|after| is_rest(after, self.new)) {
                Some(rest) => Finding::note(format!(
                    "what is stored in it is read into `{}` from now on",
                    rest.field.name
                )),
                None => passed_over(),
            }
        };
        let line = line(before.field);
        self.at(&before.field.name, |inside| {
            inside.push(&line, "", vec![finding]);
        });
    }

    fn added(&mut self, after: &Spread<'m>, gone: &[&'m Field]) {
        let field = after.field;
        let mut findings = vec![if field.never_read {
            Finding::compatible("it is written from now on, and never read")
        } else if is_rest(after, self.new) {
            Finding::compatible("fields that nothing else reads are kept in it from now on")
        } else if field.flatten && matches!(View::of(&field.ty, self.new), View::Opaque(_)) {
            Finding::note(
                "the lock does not see which fields it needs: a stored event may lack them",
            )
        } else if after.lenient && field.default.is_none() {
            Finding::compatible("a stored event, which does not have it, is read as `None`")
        } else if after.lenient {
            Finding::compatible("a stored event, which does not have it, is read with its default")
        } else {
            Finding::breaking("a stored event does not have it, so it cannot be read")
                .fix("add `#[serde(default)]`, or make it an `Option`")
        }];
        findings.extend(defect(after));
        let read = field.read_names();
        let again = gone.iter().find(|gone| read.contains(&gone.name.as_str()));
        if let Some(gone) = again {
            findings.extend(self.again(gone, field));
        }
        let line = line(field);
        self.at(&field.name, |inside| inside.push("", &line, findings));
    }

    /// A field whose name had another one, which was removed.
    fn again(&mut self, gone: &'m Field, new: &'m Field) -> Option<Finding> {
        let found = self.on_trial(|inside| inside.types(&gone.ty, &new.ty));
        let worst = found.into_iter().max_by_key(|finding| finding.verdict)?;
        Some(Finding {
            effect: format!(
                "an event may have been stored when `{}` was {}: {}",
                gone.name, gone.ty, worst.effect
            ),
            fix: "give the field a name that none has had".to_owned(),
            verdict: worst.verdict,
        })
    }
}

/// Whether `after` reads what `before` stores as `name`.
fn reads(after: &Spread<'_>, before: &Spread<'_>, name: &str) -> bool {
    let (old, new) = (before.field, after.field);
    match (old.flatten, new.flatten) {
        // Neither has a name in JSON.
        (true, true) => old.name == new.name,
        (false, false) if new.never_read => old.name == new.name,
        (false, false) => new.read_names().contains(&name),
        _ => false,
    }
}

/// Whether it keeps all fields that no other reads.
fn is_rest(spread: &Spread<'_>, event: &Event) -> bool {
    spread.field.flatten && matches!(View::of(&spread.field.ty, event), View::Map(..))
}

fn no_default(old: &Field, old_event: &Event, new: &Field) -> Finding {
    let null = super::view::is_optional(&old.ty, old_event) && old.default.is_none();
    let fix = match null {
        true => "keep the `Option`, and decide where the event is applied".to_owned(),
        false => format!("keep `#[serde(default)]` on `{}`", new.name),
    };
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

/// Why a new event could not be read back by the build that wrote it.
fn defect(spread: &Spread<'_>) -> Option<Finding> {
    let field = spread.field;
    if field.never_read || field.flatten {
        return None;
    }
    let name = &field.name;
    if !field.never_written && !field.read_names().contains(&name.as_str()) {
        let effect = format!("it is written as `{name}`, which is not read back");
        let fix = format!("add `#[serde(alias = \"{name}\")]`");
        return Some(Finding::breaking(effect).fix(fix));
    }
    let may_be_missing = field.never_written || field.skip_if.is_some();
    (may_be_missing && !spread.lenient).then(|| {
        let effect = "it may be left out from now on, and cannot be read where it is missing";
        Finding::breaking(effect).fix(format!("add `#[serde(default)]` to `{name}`"))
    })
}

/// A field without its name.
fn line(field: &Field) -> String {
    let text = field.to_string();
    let named = text.split_once(": ");
    named.map_or(text.clone(), |(_, line)| line.to_owned())
}
