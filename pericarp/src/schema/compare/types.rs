use super::bodies::PASSED_OVER;
use super::fields::{Struct, lost_in_a_buffer};
use super::parts::{is_beyond_values, is_body_lost_in_a_buffer};
use super::same::are_same;
use super::view::{conversions, conversions_of_body};
use super::{Comparison, Finding, View};
use crate::schema::change::Verdict;
use crate::schema::model::{Body, Field, Tag, Type, Variant};
use crate::schema::scalar::{ROUNDED, Scalar};

impl<'m> Comparison<'m> {
    /// How values that were stored as `old` are read as `new`: what is found at this place. What
    /// is found deeper inside becomes a change of its own.
    pub(super) fn types(&mut self, old: &'m Type, new: &'m Type) -> Vec<Finding> {
        if let (Type::Ref(old), Type::Ref(new)) = (old, new) {
            if self.compared.contains(&(old, new)) {
                return Vec::new();
            }
            self.compared.push((old, new));
        }
        match (old, new) {
            (Type::Opaque(old), Type::Ref(new)) if old == new => {
                return vec![Finding::note(
                    "the lock sees into it from now on; it cannot tell whether it is as before",
                )];
            }
            (Type::Ref(old), Type::Opaque(new)) if old == new => {
                return vec![
                    Finding::note("the lock does not see into it any more")
                        .fix(format!("keep `#[derive(Shape)]` on `{new}`")),
                ];
            }
            _ => {}
        }
        let mut findings = Vec::new();
        if conversions(new, self.new) > conversions(old, self.old) {
            findings.push(may_be_refused());
        }
        let (old, new) = (View::of(old, self.old), View::of(new, self.new));
        findings.extend(self.views(&old, &new));
        findings
    }

    /// What is found of functions that convert a body.
    pub(super) fn refusals(&self, old: &Body, new: &Body) -> Option<Finding> {
        let (before, after) = (
            conversions_of_body(old, self.old),
            conversions_of_body(new, self.new),
        );
        (after > before).then(may_be_refused)
    }

    pub(super) fn views(&mut self, old: &View<'m>, new: &View<'m>) -> Vec<Finding> {
        match (old, new) {
            (View::Opaque(old), View::Opaque(new)) if old == new => Vec::new(),
            (View::Opaque(_), _) | (_, View::Opaque(_)) => vec![
                Finding::breaking("the lock cannot see into the type, and so cannot compare it")
                    .fix("if it is the same type under another name, or only got a `Shape`, accept it"),
            ],
            (_, View::Scalar(Scalar::RawValue)) => Vec::new(),
            (old, View::Scalar(Scalar::Json)) => match is_beyond_values(old, self.old) {
                true => Finding::of(ROUNDED).into_iter().collect(),
                false => Vec::new(),
            },
            (View::Option(old), View::Option(new)) => self.types(old, new),
            (View::Scalar(Scalar::Unit), View::Option(_)) => Vec::new(),
            (View::Option(inner), _) => {
                let mut findings = vec![
                    Finding::breaking("a stored null cannot be read")
                        .fix("keep the `Option`, and decide where the event is applied"),
                ];
                let inner = View::of(inner, self.old);
                findings.extend(self.views(&inner, new));
                findings
            }
            (_, View::Option(inner)) => {
                let inner = View::of(inner, self.new);
                self.views(old, &inner)
            }
            (View::Scalar(old), View::Scalar(new)) => {
                Finding::of(old.fits(*new)).into_iter().collect()
            }
            (View::List(old), View::Set(new)) => {
                let mut findings =
                    vec![Finding::note("equal elements of a stored array become one")];
                findings.extend(self.elements(old, new));
                findings
            }
            (View::List(old) | View::Set(old), View::List(new) | View::Set(new)) => {
                self.elements(old, new)
            }
            (View::Tuple(old, _), View::List(new) | View::Set(new)) => {
                let old = old.iter();
                old.flat_map(|old| self.elements(old, new)).collect()
            }
            (View::Tuple(old, _), View::Tuple(new, missing)) => self.tuples(old, new, *missing),
            (View::Map(key, value), View::Map(new_key, new_value)) => {
                let mut findings = self.keys(key, new_key);
                findings.extend(self.elements(value, new_value));
                findings
            }
            (View::Fields(fields, _), View::Map(key, value)) => {
                if !matches!(View::of(key, self.new), View::Scalar(Scalar::Text)) {
                    return vec![Finding::breaking("a stored name is no key of the map")];
                }
                let there = super::spread(fields, self.old);
                let there = there.into_iter().map(|spread| spread.field);
                let gone = fields.iter().filter(|field| field.gone);
                let values = there.chain(gone).flat_map(|field| match field.flatten {
                    true => self.flattened_into_map(field, key, value),
                    false => self.elements(&field.ty, value),
                });
                values.collect()
            }
            (View::Fields(old, old_strict), View::Fields(new, new_strict)) => self.fields(
                Struct {
                    fields: old,
                    strict: *old_strict,
                },
                Struct {
                    fields: new,
                    strict: *new_strict,
                },
            ),
            (View::Enum(old_tag, old), View::Enum(new_tag, new)) => {
                self.enums((old_tag, old), (new_tag, new))
            }
            (View::Enum(tag, variants), View::Scalar(Scalar::Text))
                if is_texts(tag, variants) =>
            {
                Vec::new()
            }
            (View::Tuple(..), View::Fields(..)) => vec![Finding::breaking(
                "serde reads a stored array by the order of the fields, which nothing would guard from now on",
            )],
            (old, new) => vec![Finding::breaking(format!(
                "what is stored is {}, and {} is read",
                old.in_json(),
                new.in_json()
            ))],
        }
    }

    fn elements(&mut self, old: &'m Type, new: &'m Type) -> Vec<Finding> {
        self.at("[]", |inside| inside.types(old, new))
    }

    fn tuples(&mut self, old: &[&'m Type], new: &[&'m Type], missing: usize) -> Vec<Finding> {
        let mut findings = Vec::new();
        if old.len() > new.len() {
            findings.push(Finding::breaking(
                "a stored array has more elements than are read, which is an error",
            ));
        } else if old.len() + missing < new.len() {
            findings.push(Finding::breaking(
                "a stored array has fewer elements than are read, which is an error",
            ));
        }
        for (place, (old, new)) in old.iter().zip(new).enumerate() {
            findings.extend(self.at(&place.to_string(), |inside| inside.types(old, new)));
        }
        findings
    }

    fn keys(&mut self, old: &'m Type, new: &'m Type) -> Vec<Finding> {
        match (View::of(old, self.old), View::of(new, self.new)) {
            _ if conversions(new, self.new) > conversions(old, self.old) => vec![may_be_refused()],
            (View::Scalar(old), View::Scalar(new)) => {
                Finding::of(old.fits_as_key(new)).into_iter().collect()
            }
            _ => self.at("key", |inside| inside.types(old, new)),
        }
    }

    fn enums(
        &mut self,
        (old_tag, old): (&'m Tag, &'m [Variant]),
        (new_tag, new): (&'m Tag, &'m [Variant]),
    ) -> Vec<Finding> {
        if old_tag != new_tag {
            return vec![
                Finding::breaking("what says which variant it is stands in another place now")
                    .fix("keep serde's `tag`, `content` and `untagged` as they were"),
            ];
        }
        match old_tag {
            Tag::Untagged => {
                let there = |variants: &'m [Variant]| {
                    let there = variants.iter().filter(|variant| !variant.gone);
                    there.collect::<Vec<_>>()
                };
                self.untagged(&there(old), &there(new))
            }
            tag => self.variants(tag, old, new),
        }
    }

    /// Variants without names are tried in their order.
    pub(super) fn untagged(&mut self, old: &[&'m Variant], new: &[&'m Variant]) -> Vec<Finding> {
        let names: Vec<_> = new.iter().map(|new| new.name.as_str()).collect();
        for (place, old_variant) in old.iter().enumerate() {
            let reads_it = new.get(place).is_some_and(|new| {
                // One of its name further down is the one it was.
                let moved = new.name != old_variant.name && names.contains(&&*old_variant.name);
                let found = self.on_trial(|inside| inside.bodies(&old_variant.body, &new.body));
                // What takes more than it did takes it from those behind it.
                let is_last = place + 1 == old.len();
                !moved
                    && found
                        .iter()
                        .all(|finding| finding.verdict == Verdict::Compatible)
                    && (is_last || are_same((&old_variant.body, self.old), (&new.body, self.new)))
            });
            if !reads_it {
                return vec![Finding::breaking(
                    "an untagged enum is read as the first variant that fits, which may be another one now",
                )
                .fix("keep the variants in their order and as they are, and add new ones at the end")];
            }
        }
        let is_lost = |body, event| is_body_lost_in_a_buffer(body, event);
        for (place, after) in new.iter().enumerate() {
            let before = old.get(place);
            if is_lost(&after.body, self.new)
                && !before.is_some_and(|before| is_lost(&before.body, self.old))
            {
                return vec![lost_in_a_buffer()];
            }
        }
        match old.len() == new.len() || self.is_older {
            true => Vec::new(),
            false => vec![Finding::note(super::variants::OLDER_BUILDS)],
        }
    }

    /// What is in a variant.
    pub(super) fn bodies(&mut self, old: &'m Body, new: &'m Body) -> Vec<Finding> {
        let mut findings = Vec::from_iter(self.refusals(old, new));
        let (old, new) = (View::of_body(old, self.old), View::of_body(new, self.new));
        findings.extend(self.views(&old, &new));
        findings
    }

    /// What is in a variant that is written among its tag: one without fields may get some.
    pub(super) fn tagged_bodies(&mut self, old: &'m Body, new: &'m Body) -> Vec<Finding> {
        const NONE: &[Field] = &[];
        let view = |body, event| match body {
            &Body::Unit => View::Fields(NONE, false),
            body => View::of_body(body, event),
        };
        let mut findings = Vec::from_iter(self.refusals(old, new));
        let (old, new) = (view(old, self.old), view(new, self.new));
        findings.extend(self.views(&old, &new));
        findings
    }

    /// A flattened field that is not a struct, where all fields become those of a map.
    fn flattened_into_map(
        &mut self,
        field: &'m Field,
        key: &'m Type,
        value: &'m Type,
    ) -> Vec<Finding> {
        match View::of(&field.ty, self.old) {
            View::Map(old_key, old_value) => {
                let mut findings = self.keys(old_key, key);
                findings.extend(self.elements(old_value, value));
                findings
            }
            _ if matches!(View::of(value, self.new), View::Scalar(Scalar::Json)) => Vec::new(),
            _ => vec![Finding::breaking(
                "what is flattened is not known to be values of the map",
            )],
        }
    }
}

fn may_be_refused() -> Finding {
    Finding::breaking("`try_from` may refuse a stored value, which then cannot be read")
        .fix("if it takes every value that is stored, accept it; or read with `from`")
}

/// Whether all that is written for an enum are texts.
fn is_texts(tag: &Tag, variants: &[Variant]) -> bool {
    let is_text = |variant: &Variant| variant.body == Body::Unit && !variant.untagged;
    *tag == Tag::External && variants.iter().all(is_text)
}

/// What is said of something that was stored and is read no more.
pub(super) fn passed_over() -> Finding {
    Finding::note(PASSED_OVER)
}
