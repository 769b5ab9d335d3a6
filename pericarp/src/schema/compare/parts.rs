//! Whether there is something in a type, however deep.

use super::View;
use crate::schema::model::{Body, Event, Field, Type, Variant};
use crate::schema::scalar::Scalar;

/// Whether it may hold a number that a `serde_json::Value` cannot.
pub(super) fn is_beyond_values(view: &View<'_>, event: &Event) -> bool {
    let is = |ty: &Type, _: &Event| matches!(ty, Type::Scalar(s) if s.is_beyond_values());
    Search::new(event, is).view(view)
}

/// Whether serde can write it where what is read goes through a buffer, and cannot read it back.
pub(super) fn is_lost_in_a_buffer(ty: &Type, event: &Event) -> bool {
    Search::new(event, spoils_a_buffer).ty(ty)
}

/// As [`is_lost_in_a_buffer`], of what is in a variant.
pub(super) fn is_body_lost_in_a_buffer(body: &Body, event: &Event) -> bool {
    Search::new(event, spoils_a_buffer).body(body)
}

/// See `Content` in serde's `private/de.rs`: it keeps 64 bits of a number and keys as they are, and
/// knows nothing of what serde_json does for a `RawValue`.
fn spoils_a_buffer(ty: &Type, event: &Event) -> bool {
    match ty {
        Type::Scalar(scalar) => {
            matches!(scalar, Scalar::RawValue | Scalar::U128 | Scalar::I128)
        }
        Type::Map(key, _) => {
            matches!(View::of(key, event), View::Scalar(key) if key.is_parsed_as_key())
        }
        _ => false,
    }
}

struct Search<'m> {
    event: &'m Event,
    is: fn(&Type, &Event) -> bool,
    /// Types that were looked into: a type may hold itself.
    seen: Vec<&'m str>,
}

impl<'m> Search<'m> {
    fn new(event: &'m Event, is: fn(&Type, &Event) -> bool) -> Self {
        let seen = Vec::new();
        Self { event, is, seen }
    }

    fn view(&mut self, view: &View<'m>) -> bool {
        match view {
            View::Scalar(scalar) => (self.is)(&Type::Scalar(*scalar), self.event),
            View::Option(inner) | View::List(inner) | View::Set(inner) => self.ty(inner),
            View::Tuple(parts, _) => parts.iter().any(|part| self.ty(part)),
            View::Map(key, value) => self.ty(key) || self.ty(value),
            View::Fields(fields, _) => self.fields(fields),
            View::Enum(_, variants) => self.variants(variants),
            View::Opaque(_) => false,
        }
    }

    fn ty(&mut self, ty: &'m Type) -> bool {
        if (self.is)(ty, self.event) {
            return true;
        }
        match ty {
            Type::Scalar(_) | Type::Opaque(_) => false,
            Type::Option(inner) | Type::List(inner) | Type::Set(inner) | Type::Array(inner, _) => {
                self.ty(inner)
            }
            Type::Tuple(parts) => parts.iter().any(|part| self.ty(part)),
            Type::Map(key, value) => self.ty(key) || self.ty(value),
            Type::Ref(name) if self.seen.contains(&name.as_str()) => false,
            Type::Ref(name) => {
                self.seen.push(name);
                let body = self.event.body_of(name);
                body.is_some_and(|body| self.body(body))
            }
        }
    }

    fn body(&mut self, body: &'m Body) -> bool {
        match body {
            Body::Unit => false,
            Body::Newtype(newtype) => self.ty(&newtype.ty),
            Body::Tuple(fields) | Body::Struct { fields, .. } => self.fields(fields),
            Body::Enum { variants, .. } => self.variants(variants),
        }
    }

    fn fields(&mut self, fields: &'m [Field]) -> bool {
        let mut there = fields.iter().filter(|field| !field.gone);
        there.any(|field| self.ty(&field.ty))
    }

    fn variants(&mut self, variants: &'m [Variant]) -> bool {
        let mut there = variants.iter().filter(|variant| !variant.gone);
        there.any(|variant| self.body(&variant.body))
    }
}
