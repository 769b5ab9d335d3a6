//! What a lock file says after a change was accepted: what was stored stays stored.

use super::compare::{Comparison, spread};
use super::model::{Body, Event, Field, Newtype, Schema, Type, Variant};

impl Schema {
    /// The events of `build`; what was removed from them; and what is stored and the build does not
    /// describe: what it reads without the lock seeing as what, passes over, or does not know.
    pub(crate) fn merge(&self, build: &Self) -> Self {
        let mut merged = build.clone();
        for old in &self.events {
            let goes_on = |new: &&mut Event| {
                new.version == old.version && new.names().any(|name| name == old.name)
            };
            if let Some(new) = merged.events.iter_mut().find(goes_on) {
                *new = build.locked(new, old);
                continue;
            }
            let is_known =
                build.reads_older(&old.name, old.version) || build.dropped.contains(&old.name);
            merged.events.push(Event {
                gone: !is_known,
                unseen: build.unseen(&old.name, old.version).is_some(),
                ..old.clone()
            });
        }
        merged.sort();
        merged
    }

    /// An event of this build as a lock file has it that had `old` before.
    pub(crate) fn locked(&self, new: &Event, old: &Event) -> Event {
        Event {
            unseen: self.unseen(&old.name, old.version).is_some(),
            ..new.after(old)
        }
    }
}

impl Event {
    /// This event, with the fields and variants that `old` had and that are gone.
    fn after(&self, old: &Self) -> Self {
        let mut new = self.clone();
        let builds = Builds { old, new: self };
        builds.keep_gone(&old.payload, &self.payload, &mut new.payload);
        if let (Body::Struct { fields: before, .. }, Body::Unit) = (&old.payload, &self.payload) {
            // Of an event without fields it is remembered that it was a struct.
            let (mut fields, strict) = (Vec::new(), false);
            builds.keep_fields(before, &[], &mut fields);
            if !fields.is_empty() {
                new.payload = Body::Struct { fields, strict };
            }
        }
        let pairs = Comparison::pairs(old, self);
        for (ty, merged) in self.types.iter().zip(&mut new.types) {
            let before = pairs.iter().filter(|(_, new)| *new == ty.name);
            for body in before.filter_map(|(old_name, _)| old.body_of(old_name)) {
                builds.keep_gone(body, &ty.body, &mut merged.body);
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
            ) => self.keep_fields(old, new, merged),
            (
                Body::Enum { variants: old, .. },
                Body::Enum { variants: new, .. },
                Body::Enum {
                    variants: merged, ..
                },
            ) => self.keep_variants(old, new, merged),
            _ => {}
        }
    }

    fn keep_fields(&self, old: &[Field], new: &[Field], merged: &mut Vec<Field>) {
        let there = spread(new, self.new);
        let is_there = |name: &str| {
            let mut fields = there.iter().map(|spread| spread.field);
            fields.any(|field| field.name == name || field.read_names().contains(&name))
        };
        let before = spread(old, self.old);
        let before = before.iter().map(|spread| spread.field);
        for field in before.chain(old.iter().filter(|field| field.gone)) {
            for name in field.stored_names() {
                let is_kept = merged.iter().any(|kept| kept.gone && kept.name == name);
                if !field.flatten && !is_kept && !is_there(name) {
                    merged.push(gone(name, &field.ty));
                }
            }
        }
    }

    fn keep_variants(&self, old: &[Variant], new: &[Variant], merged: &mut Vec<Variant>) {
        for (new, merged) in new.iter().zip(merged.iter_mut()) {
            if let Some(old) = old.iter().find(|old| old.name == new.name && !old.gone) {
                self.keep_gone(&old.body, &new.body, &mut merged.body);
            }
        }
        for old in old.iter().filter(|old| !old.untagged) {
            for name in old.stored_names() {
                let mut there = new.iter();
                let is_there =
                    there.any(|new| new.name == name || new.read_names().contains(&name));
                let is_kept = merged.iter().any(|kept| kept.gone && kept.name == name);
                if !is_there && !is_kept {
                    merged.push(Variant {
                        gone: true,
                        ..Variant::new(name, body_without_refs(&old.body))
                    });
                }
            }
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

fn body_without_refs(body: &Body) -> Body {
    let fields = |fields: &[Field]| {
        let fields = fields.iter().map(|field| Field {
            ty: without_refs(&field.ty),
            ..field.clone()
        });
        fields.collect()
    };
    match body {
        Body::Newtype(newtype) => Body::Newtype(Newtype::new(without_refs(&newtype.ty))),
        Body::Tuple(parts) => Body::Tuple(fields(parts)),
        Body::Struct {
            fields: all,
            strict,
        } => Body::Struct {
            fields: fields(all),
            strict: *strict,
        },
        Body::Unit | Body::Enum { .. } => body.clone(),
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
