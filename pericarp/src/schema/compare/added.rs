use super::fields::{Both, line, refused, twice};
use super::spread::Spread;
use super::{Comparison, Finding, View};
use crate::schema::change::Verdict;
use crate::schema::model::{Field, Type};

impl<'m> Comparison<'m> {
    /// A field that was not there, or not by a name that it reads.
    pub(super) fn added(&mut self, after: &Spread<'m>, both: &Both<'m>) {
        let field = after.field;
        let mut findings = vec![self.missing(after, both)];
        findings.extend(self.defect(after));
        findings.extend(self.buffered(after, both));
        if field.never_read && !field.never_written && both.is_strict && !self.is_older {
            findings.push(refused());
        }
        if !field.flatten {
            let read = field.read_names();
            let again = both
                .gone
                .iter()
                .filter(|gone| read.contains(&gone.name.as_str()));
            for gone in again {
                findings.extend(self.again(gone, &field.ty));
            }
            findings.extend(self.out_of_rest(field, both));
            findings.extend(both.twin(field).map(|(name, _)| twice(name)));
        } else if let Some(value) = after.rest(self.new) {
            let unread = |gone: &&&Field| !both.new.iter().any(|new| new.reads(&gone.name));
            for gone in both.gone.iter().filter(unread) {
                findings.extend(self.again(gone, value));
            }
        }
        let line = line(field);
        self.at(&field.name, |inside| inside.push("", &line, findings));
    }

    /// What a stored event, which does not have a new field, is read as.
    fn missing(&self, after: &Spread<'m>, both: &Both<'m>) -> Finding {
        let field = after.field;
        let is_opaque = || matches!(View::of(&field.ty, self.new), View::Opaque(_));
        if field.never_read {
            Finding::compatible("it is written from now on, and never read")
        } else if after.rest(self.new).is_some() {
            Finding::compatible("fields that nothing else reads are kept in it from now on")
        } else if field.flatten && is_opaque() {
            Finding::note(
                "the lock does not see which fields it needs: a stored event may lack them",
            )
        } else if after.has_default && field.default.is_none() {
            Finding::compatible("a stored event, which does not have it, is read as `None`")
        } else if after.has_default {
            Finding::compatible("a stored event, which does not have it, is read with its default")
        } else {
            match after.group {
                Some(group) if both.stored_groups.contains(&group) => Finding::breaking(format!(
                    "where it is missing, all of `{group}` is read as `None`: what is stored is lost without an error"
                ))
                .fix("add `#[serde(default)]`, or make it an `Option`"),
                Some(group) => Finding::compatible(format!(
                    "a stored event, which does not have it, is read with `{group}` as `None`"
                )),
                None => Finding::breaking("a stored event does not have it, so it cannot be read")
                    .fix("add `#[serde(default)]`, or make it an `Option`"),
            }
        }
    }

    /// What becomes of a field that was removed, where something reads its name again.
    fn again(&mut self, gone: &'m Field, new: &'m Type) -> Option<Finding> {
        let worst = self.worst(&gone.ty, new)?;
        Some(Finding {
            effect: format!(
                "an event may have been stored when `{}` was {}: {}",
                gone.name, gone.ty, worst.effect
            ),
            fix: "give the field a name that none has had".to_owned(),
            verdict: worst.verdict,
        })
    }

    /// What a new field takes out of a flattened map, which could have any key.
    fn out_of_rest(&mut self, field: &'m Field, both: &Both<'m>) -> Option<Finding> {
        let (rest, value) = Both::rest(&both.old, self.old)?;
        let name = *field.read_names().first()?;
        let effect = format!("an event may have been stored with `{name}` in `{rest}`");
        Some(match self.worst(value, &field.ty) {
            Some(worst) if worst.verdict == Verdict::Breaking => Finding {
                effect: format!("{effect}: {}", worst.effect),
                fix: format!("if `{rest}` never had a `{name}`, accept it"),
                ..worst
            },
            _ => Finding::note(format!("{effect}, and is read as it from now on")),
        })
    }
}
