use super::fields::Struct;
use super::{Finding, View};
use crate::schema::change::{Change, Verdict};
use crate::schema::model::{Body, Event};

/// Two shapes of one event under comparison.
pub(in crate::schema) struct Comparison<'m> {
    pub(super) old: &'m Event,
    pub(super) new: &'m Event,
    /// Whether the new one is an older form, which is read and never written.
    pub(super) is_older: bool,
    /// Whether serde keeps what is compared in a buffer before it is read.
    pub(super) is_buffered: bool,
    pub(super) changes: Vec<Change>,
    /// Where the comparison is.
    pub(super) path: Vec<String>,
    /// Types that are compared already, or being compared: a type may hold itself.
    pub(super) compared: Vec<(&'m str, &'m str)>,
}

impl<'m> Comparison<'m> {
    pub(super) fn new(old: &'m Event, new: &'m Event) -> Self {
        Self {
            old,
            new,
            is_older: false,
            is_buffered: false,
            changes: Vec::new(),
            path: Vec::new(),
            compared: Vec::new(),
        }
    }

    /// As [`Comparison::new`], where the new one is an older form.
    pub(super) fn with_older(old: &'m Event, new: &'m Event) -> Self {
        Self {
            is_older: true,
            ..Self::new(old, new)
        }
    }

    /// What changed between the payloads.
    pub(super) fn payloads(mut self) -> Vec<Change> {
        self.compare_payloads();
        self.changes
    }

    /// The types of the old event and what each of them is in the new one.
    pub(in crate::schema) fn pairs(old: &'m Event, new: &'m Event) -> Vec<(&'m str, &'m str)> {
        let mut comparison = Self::new(old, new);
        comparison.compare_payloads();
        comparison.compared
    }

    fn compare_payloads(&mut self) {
        let (old, new) = (&self.old.payload, &self.new.payload);
        let (mut before, after) = (first_line(old), first_line(new));
        if let (Body::Struct { fields, .. }, Body::Unit) = (old, new)
            && fields.iter().all(|field| field.gone)
        {
            before.clone_from(&after);
        }
        let findings = match (self.payload(old, self.old), new) {
            // An event without fields reads any JSON.
            (View::Fields(fields, _), Body::Unit) => {
                self.fields(Struct::loose(fields), Struct::loose(&[]))
            }
            (_, Body::Unit) => vec![Finding::note(PASSED_OVER)],
            (before, _) => {
                let after = self.payload(new, self.new);
                let mut findings = Vec::from_iter(self.refusals(old, new));
                findings.extend(self.views(&before, &after));
                findings
            }
        };
        let unchanged = before == after;
        if !findings.is_empty() || !unchanged {
            self.push(&before, &after, findings);
        }
    }

    /// A payload: an event without fields is written as an empty object.
    fn payload(&self, body: &'m Body, event: &'m Event) -> View<'m> {
        match body {
            Body::Unit => View::Fields(&[], false),
            body => View::of_body(body, event),
        }
    }

    /// Adds a change at the current path.
    pub(super) fn push(&mut self, old: &str, new: &str, findings: Vec<Finding>) {
        let verdict = findings.iter().map(|finding| finding.verdict).max();
        let join = |part: fn(&Finding) -> &String| {
            let mut lines: Vec<&str> = Vec::new();
            for line in findings.iter().map(|finding| part(finding).as_str()) {
                if !line.is_empty() && !lines.contains(&line) {
                    lines.push(line);
                }
            }
            lines.join("\n")
        };
        self.changes.push(Change {
            event: self.new.title(),
            field: self.path.join("."),
            verdict: verdict.unwrap_or(Verdict::Compatible),
            old: old.to_owned(),
            new: new.to_owned(),
            effect: join(|finding| &finding.effect),
            fix: join(|finding| &finding.fix),
        });
    }

    /// Does something one level further down.
    pub(super) fn at<T>(&mut self, part: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(part.to_owned());
        let result = inside(self);
        self.path.pop();
        result
    }

    /// What `compare` finds, without keeping it.
    pub(super) fn on_trial(
        &mut self,
        compare: impl FnOnce(&mut Self) -> Vec<Finding>,
    ) -> Vec<Finding> {
        let (changes, compared) = (self.changes.len(), self.compared.len());
        let mut findings = compare(self);
        let inside = self.changes.drain(changes..);
        findings.extend(inside.map(|change| Finding {
            verdict: change.verdict,
            effect: change.effect,
            fix: change.fix,
        }));
        self.compared.truncate(compared);
        findings
    }
}

pub(super) const PASSED_OVER: &str =
    "what is stored in it is passed over from now on: no reader sees it any more";

/// What a body is, as the lock file says it.
fn first_line(body: &Body) -> String {
    match body {
        Body::Unit => "unit".to_owned(),
        Body::Newtype(newtype) => newtype.ty.to_string(),
        Body::Tuple(_) => "tuple".to_owned(),
        Body::Struct { strict: false, .. } => "struct".to_owned(),
        Body::Struct { strict: true, .. } => "struct deny_unknown_fields".to_owned(),
        Body::Enum { .. } => "enum".to_owned(),
    }
}
