//! What a lock file says after a change was accepted: what was stored stays stored.

use super::compare::spread;
use super::model::{Body, Event, Field, Schema, Type};

impl Schema {
    /// The events of `build`; what was removed from them; and what it still
    /// reads, or passes over, without describing it.
    pub(crate) fn merge(&self, build: &Self) -> Self {
        let mut merged = build.clone();
        for old in &self.events {
            let goes_on = |new: &&mut Event| {
                new.version == old.version && new.names().any(|name| name == old.name)
            };
            if let Some(new) = merged.events.iter_mut().find(goes_on) {
                *new = new.after(old);
                continue;
            }
            let reads = |new: &Event| {
                let older =
                    new.names().any(|name| name == old.name) && new.reads.contains(&old.version);
                older || new.splits.contains(&old.name)
            };
            if build.events.iter().any(reads) || build.dropped.contains(&old.name) {
                merged.events.push(old.clone());
            }
        }
        merged.sort();
        merged
    }
}

impl Event {
    /// This event, with the fields that `old` had and that are gone.
    pub(crate) fn after(&self, old: &Self) -> Self {
        let mut new = self.clone();
        let builds = Builds { old, new: self };
        builds.keep_gone(&old.payload, &self.payload, &mut new.payload);
        for (ty, merged) in self.types.iter().zip(&mut new.types) {
            if let Some(old) = old.body_of(&ty.name) {
                builds.keep_gone(old, &ty.body, &mut merged.body);
            }
        }
        new
    }
}

/// An event before and after a change.
struct Builds<'m> {
    old: &'m Event,
    new: &'m Event,
}

impl Builds<'_> {
    fn keep_gone(&self, old: &Body, new: &Body, merged: &mut Body) {
        match (old, new, merged) {
            (
                Body::Struct { fields: old, .. },
                Body::Struct { fields: new, .. },
                Body::Struct { fields: merged, .. },
            ) => {
                let there = spread(new, self.new);
                let is_there = |name: &str| {
                    let mut fields = there.iter().map(|spread| spread.field);
                    fields.any(|field| field.name == name || field.read_names().contains(&name))
                };
                let before = spread(old, self.old);
                let before = before.iter().map(|spread| spread.field);
                for field in before.chain(old.iter().filter(|field| field.gone)) {
                    for name in field.stored_names() {
                        if !field.flatten && !is_there(name) {
                            merged.push(gone(name, &field.ty));
                        }
                    }
                }
            }
            (
                Body::Enum { variants: old, .. },
                Body::Enum { variants: new, .. },
                Body::Enum {
                    variants: merged, ..
                },
            ) => {
                for (new, merged) in new.iter().zip(merged) {
                    if let Some(old) = old.iter().find(|old| old.name == new.name) {
                        self.keep_gone(&old.body, &new.body, &mut merged.body);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A field that was removed. The types it is made of may be gone too, so they are left opaque.
fn gone(name: &str, ty: &Type) -> Field {
    Field {
        gone: true,
        ..Field::new(name, without_refs(ty))
    }
}

fn without_refs(ty: &Type) -> Type {
    let boxed = |ty: &Type| Box::new(without_refs(ty));
    match ty {
        Type::Ref(name) => Type::Opaque(name.clone()),
        Type::Scalar(_) | Type::Opaque(_) => ty.clone(),
        Type::Option(inner) => Type::Option(boxed(inner)),
        Type::List(inner) => Type::List(boxed(inner)),
        Type::Set(inner) => Type::Set(boxed(inner)),
        Type::Array(inner, length) => Type::Array(boxed(inner), *length),
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(without_refs).collect()),
        Type::Map(key, value) => Type::Map(boxed(key), boxed(value)),
    }
}
