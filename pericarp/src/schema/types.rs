//! From the constants that describe types to the types of an event.

use super::model::{Body, Field, Named, Newtype, Tag, Type, Variant};
use super::scalar::Scalar;
use super::shape::{Form, Seen};
use super::{body, shape};

/// The types inside an event: each gets a name that no other has.
#[derive(Default)]
pub(super) struct Types {
    /// What tells them apart, their names, and what is in them once it is known.
    found: Vec<(&'static str, String, Option<Body>)>,
}

impl Types {
    pub(super) fn into_named(self) -> Vec<Named> {
        let known = self.found.into_iter();
        known
            .filter_map(|(_, name, body)| body.map(|body| Named { name, body }))
            .collect()
    }

    pub(super) fn body(&mut self, body: &body::Body) -> Body {
        match body {
            body::Body::Unit => Body::Unit,
            body::Body::Newtype(ty) => Body::Newtype(Newtype::new(self.ty(ty))),
            body::Body::Transparent(ty) => Body::Newtype(self.transparent(ty)),
            body::Body::TryFrom(ty) => Body::Newtype(Newtype {
                try_from: true,
                ..self.transparent(ty)
            }),
            body::Body::Tuple(fields) => Body::Tuple(self.fields(fields)),
            body::Body::Struct(fields) => Body::Struct {
                fields: self.fields(fields),
                strict: false,
            },
            body::Body::Strict(fields) => Body::Struct {
                fields: self.fields(fields),
                strict: true,
            },
            body::Body::Enum(tag, variants) => Body::Enum {
                tag: match tag {
                    body::Tag::External => Tag::External,
                    body::Tag::Internal(tag) => Tag::Internal((*tag).to_owned()),
                    body::Tag::Adjacent(tag, content) => {
                        Tag::Adjacent((*tag).to_owned(), (*content).to_owned())
                    }
                    body::Tag::Untagged => Tag::Untagged,
                },
                variants: variants.iter().map(|v| self.variant(v)).collect(),
            },
        }
    }

    fn transparent(&mut self, ty: &shape::Type) -> Newtype {
        let ty = self.ty(ty);
        Newtype {
            // It makes a difference where the value may be missing, and nowhere else.
            transparent: matches!(ty, Type::Option(_)),
            ..Newtype::new(ty)
        }
    }

    fn fields(&mut self, fields: &[body::Field]) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            gone: false,
            name: field.name.to_owned(),
            ty: self.ty(&field.ty),
            reads: field.reads.map(str::to_owned),
            aliases: owned(field.aliases),
            default: field.default.map(str::to_owned),
            skip_if: field.skip_if.map(str::to_owned),
            never_written: field.never_written,
            never_read: field.never_read,
            flatten: field.flatten,
        });
        fields.collect()
    }

    fn variant(&mut self, variant: &body::Variant) -> Variant {
        Variant {
            gone: false,
            name: variant.name.to_owned(),
            body: self.body(&variant.body),
            reads: variant.reads.map(str::to_owned),
            aliases: owned(variant.aliases),
            never_written: variant.never_written,
            never_read: variant.never_read,
            other: variant.other,
            untagged: variant.untagged,
        }
    }

    fn ty(&mut self, ty: &shape::Type) -> Type {
        match (ty.seen)() {
            Seen::Form(form) => self.form(form),
            Seen::Option => Type::Option(Box::new(Type::Opaque(inside_option(ty.written)))),
            Seen::Opaque if ty.by.is_empty() => Type::Opaque(without_paths(ty.written)),
            Seen::Opaque => Type::Opaque(format!("{} {}", without_paths(ty.written), ty.by)),
        }
    }

    fn form(&mut self, form: Form) -> Type {
        let mut boxed = |inner: fn() -> Form| Box::new(self.form(inner()));
        match form {
            Form::Scalar(scalar) => Type::Scalar(scalar),
            Form::Option(inner) => match *boxed(inner) {
                // As JSON, twice optional is once optional.
                Type::Option(inner) => Type::Option(inner),
                inner => Type::Option(Box::new(inner)),
            },
            Form::List(inner) => Type::List(boxed(inner)),
            Form::Set(inner) => Type::Set(boxed(inner)),
            Form::Array(inner, length) => Type::Array(boxed(inner), length),
            Form::Tuple(parts) => Type::Tuple(parts.iter().map(|part| *boxed(*part)).collect()),
            Form::Map(key, value) => Type::Map(boxed(key), boxed(value)),
            Form::Named(named) => self.named(&named),
        }
    }

    fn named(&mut self, named: &body::Named) -> Type {
        let id = (named.id)();
        if let Some((_, name, _)) = self.found.iter().find(|(known, ..)| *known == id) {
            return Type::Ref(name.clone());
        }
        let name = self.free_name(named.name);
        let place = self.found.len();
        self.found.push((id, name.clone(), None));
        let body = self.body(&named.body);
        if let Some(found) = self.found.get_mut(place) {
            found.2 = Some(body);
        }
        Type::Ref(name)
    }

    /// `name`, or `name2` and so on if there is another of that name.
    fn free_name(&self, name: &str) -> String {
        let taken = |name: &str| {
            ["Option", "Vec", "Set", "Map", "opaque"].contains(&name)
                || Scalar::named(name).is_some()
                || self.found.iter().any(|(_, known, _)| known == name)
        };
        let numbered = (2u32..).map(|number| format!("{name}{number}"));
        std::iter::once(name.to_owned())
            .chain(numbered)
            .find(|name| !taken(name))
            .unwrap_or_default()
    }
}

pub(super) fn owned(names: &[&str]) -> Vec<String> {
    names.iter().copied().map(str::to_owned).collect()
}

fn inside_option(written: &str) -> String {
    let written = without_paths(written);
    let inside = written
        .strip_prefix("Option<")
        .and_then(|rest| rest.strip_suffix('>'));
    inside.unwrap_or(&written).to_owned()
}

/// A type as it was written, without the paths to it and without spaces, so that it stays the same
/// however it is imported and whichever compiler prints it.
pub(super) fn without_paths(written: &str) -> String {
    let mut out = String::new();
    // Where the word that is being read begins.
    let mut word = 0;
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ':' if chars.peek() == Some(&':') => {
                chars.next();
                out.truncate(word);
            }
            c if c.is_whitespace() => {
                let between = |c: char| c.is_alphanumeric() || c == '_';
                let joins = out.ends_with(between) && chars.peek().is_some_and(|c| between(*c));
                if joins {
                    out.push(' ');
                    word = out.len();
                }
            }
            c => {
                out.push(c);
                if !c.is_alphanumeric() && c != '_' {
                    word = out.len();
                }
            }
        }
    }
    out.replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use super::without_paths;

    #[test]
    fn a_type_is_the_same_however_it_is_imported() {
        for (written, expected) in [
            ("Money", "Money"),
            ("crate :: money :: Money", "Money"),
            ("::chrono::DateTime<chrono::Utc>", "DateTime<Utc>"),
            ("Vec < (a::B , & 'a c::D) >", "Vec<(B, &'a D)>"),
            ("Either<a::B, c::D, 3>", "Either<B, D, 3>"),
        ] {
            assert_eq!(without_paths(written), expected);
        }
    }
}
