//! Whether two shapes read just the same JSON, whatever their types are called.

use super::View;
use crate::schema::model::{Body, Event, Field, Type, Variant};

/// Whether two bodies, each of its event, read just the same.
pub(super) fn are_same(old: (&Body, &Event), new: (&Body, &Event)) -> bool {
    let same = Same {
        old: old.1,
        new: new.1,
    };
    same.bodies(old.0, new.0, &[])
}

struct Same<'m> {
    old: &'m Event,
    new: &'m Event,
}

/// Pairs of types that are being looked at: a type may hold itself.
type Open<'p> = [(&'p str, &'p str)];

impl Same<'_> {
    fn bodies(&self, old: &Body, new: &Body, open: &Open<'_>) -> bool {
        let views = (View::of_body(old, self.old), View::of_body(new, self.new));
        self.views(&views.0, &views.1, open)
    }

    fn types(&self, old: &Type, new: &Type, open: &Open<'_>) -> bool {
        let views = (View::of(old, self.old), View::of(new, self.new));
        match (old, new) {
            (Type::Ref(old), Type::Ref(new)) => {
                let pair = (old.as_str(), new.as_str());
                let inside = [open, &[pair]].concat();
                open.contains(&pair) || self.views(&views.0, &views.1, &inside)
            }
            _ => self.views(&views.0, &views.1, open),
        }
    }

    fn views(&self, old: &View<'_>, new: &View<'_>, open: &Open<'_>) -> bool {
        match (old, new) {
            (View::Scalar(old), View::Scalar(new)) => old == new,
            (View::Opaque(old), View::Opaque(new)) => old == new,
            (View::Option(old), View::Option(new))
            | (View::List(old), View::List(new))
            | (View::Set(old), View::Set(new)) => self.types(old, new, open),
            (View::Tuple(old, old_missing), View::Tuple(new, missing)) => {
                let mut parts = old.iter().zip(new);
                old_missing == missing
                    && old.len() == new.len()
                    && parts.all(|(old, new)| self.types(old, new, open))
            }
            (View::Map(key, value), View::Map(new_key, new_value)) => {
                self.types(key, new_key, open) && self.types(value, new_value, open)
            }
            (View::Fields(old, was_strict), View::Fields(new, is_strict)) => {
                was_strict == is_strict && self.fields(old, new, open)
            }
            (View::Enum(old_tag, old), View::Enum(tag, new)) => {
                old_tag == tag && self.variants(old, new, open)
            }
            _ => false,
        }
    }

    fn fields(&self, old: &[Field], new: &[Field], open: &Open<'_>) -> bool {
        let old: Vec<_> = old.iter().filter(|field| !field.gone).collect();
        let new: Vec<_> = new.iter().filter(|field| !field.gone).collect();
        let read = |field: &Field| {
            (
                field.flatten,
                field.default.is_some(),
                field
                    .read_names()
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>(),
            )
        };
        let mut pairs = old.iter().zip(&new);
        old.len() == new.len()
            && pairs.all(|(old, new)| read(old) == read(new) && self.types(&old.ty, &new.ty, open))
    }

    fn variants(&self, old: &[Variant], new: &[Variant], open: &Open<'_>) -> bool {
        let old: Vec<_> = old.iter().filter(|variant| !variant.gone).collect();
        let new: Vec<_> = new.iter().filter(|variant| !variant.gone).collect();
        let is_same = |old: &Variant, new: &Variant| {
            (old.other, old.untagged) == (new.other, new.untagged)
                && (old.untagged || old.read_names() == new.read_names())
                && self.bodies(&old.body, &new.body, open)
        };
        let mut pairs = old.iter().zip(&new);
        old.len() == new.len() && pairs.all(|(old, new)| is_same(old, new))
    }
}
