use crate::schema::model::{Body, Event, Field, Tag, Type, Variant};
use crate::schema::scalar::Scalar;

/// What is written for a type, with names and newtypes taken away.
#[derive(Clone, Debug)]
pub(super) enum View<'m> {
    Scalar(Scalar),
    Option(&'m Type),
    List(&'m Type),
    Set(&'m Type),
    /// The types of the elements, and how many may be missing at the end.
    Tuple(Vec<&'m Type>, usize),
    Map(&'m Type, &'m Type),
    Fields(&'m [Field], bool),
    Enum(&'m Tag, &'m [Variant]),
    Opaque(&'m str),
}

impl<'m> View<'m> {
    pub(super) fn of(ty: &'m Type, event: &'m Event) -> Self {
        match ty {
            Type::Scalar(scalar) => Self::Scalar(*scalar),
            Type::Option(inner) => Self::Option(inner),
            Type::List(inner) => Self::List(inner),
            Type::Set(inner) => Self::Set(inner),
            Type::Array(inner, length) => Self::Tuple(vec![inner; *length], 0),
            Type::Tuple(parts) => Self::Tuple(parts.iter().collect(), 0),
            Type::Map(key, value) => Self::Map(key, value),
            Type::Ref(name) => event
                .body_of(name)
                .map_or(Self::Opaque(name), |body| Self::of_body(body, event)),
            Type::Opaque(written) => Self::Opaque(written),
        }
    }

    pub(super) fn of_body(body: &'m Body, event: &'m Event) -> Self {
        match newtypes(body, event) {
            Ok(Body::Unit) => Self::Scalar(Scalar::Unit),
            Ok(Body::Tuple(fields)) => {
                let lenient = |field: &&Field| field.default.is_some();
                let missing = fields.iter().rev().take_while(lenient).count();
                Self::Tuple(fields.iter().map(|field| &field.ty).collect(), missing)
            }
            Ok(Body::Struct { fields, strict }) => Self::Fields(fields, *strict),
            Ok(Body::Enum { tag, variants }) => Self::Enum(tag, variants),
            // Not reached: `newtypes` ends at something else.
            Ok(Body::Newtype(_)) => Self::Opaque(""),
            Err(Type::Ref(name)) => Self::Opaque(name),
            Err(ty) => Self::of(ty, event),
        }
    }

    /// What it is in JSON.
    pub(super) fn in_json(&self) -> &'static str {
        match self {
            Self::Scalar(Scalar::Unit) => "null",
            Self::Scalar(Scalar::Bool) => "true or false",
            Self::Scalar(Scalar::Json | Scalar::RawValue) => "any JSON",
            Self::Scalar(scalar) if scalar.is_text() => "a text",
            Self::Scalar(_) => "a number",
            Self::Option(_) => "a value or null",
            Self::List(_) | Self::Set(_) | Self::Tuple(..) => "an array",
            Self::Map(..) | Self::Fields(..) => "an object",
            Self::Enum(..) => "a variant",
            Self::Opaque(_) => "something unknown",
        }
    }
}

/// What is inside of newtypes in newtypes: the body of a struct or an enum, or another type.
///
/// A type that holds itself through newtypes alone comes to an end all the same.
fn newtypes<'m>(mut body: &'m Body, event: &'m Event) -> Result<&'m Body, &'m Type> {
    for _ in 0..=event.types.len() {
        let Body::Newtype(newtype) = body else {
            return Ok(body);
        };
        let ty = &newtype.ty;
        match ty {
            Type::Ref(name) => match event.body_of(name) {
                Some(inner) => body = inner,
                None => return Err(ty),
            },
            other => return Err(other),
        }
    }
    Ok(body)
}

/// Whether serde reads a field of this type as `None` if it is missing.
///
/// It asks the type itself, which a newtype does not pass on, unless it is transparent.
pub(super) fn is_optional(ty: &Type, event: &Event) -> bool {
    let mut ty = ty;
    for _ in 0..=event.types.len() {
        match ty {
            Type::Option(_) => return true,
            Type::Ref(name) => match event.body_of(name) {
                Some(Body::Newtype(newtype)) if newtype.transparent => ty = &newtype.ty,
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}

/// How many functions that may refuse it a value goes through before it is of this type.
pub(super) fn conversions(ty: &Type, event: &Event) -> usize {
    let (mut ty, mut count) = (ty, 0);
    for _ in 0..=event.types.len() {
        ty = match ty {
            Type::Option(inner) => inner,
            Type::Ref(name) => match event.body_of(name) {
                Some(Body::Newtype(newtype)) => {
                    count += usize::from(newtype.try_from);
                    &newtype.ty
                }
                _ => break,
            },
            _ => break,
        };
    }
    count
}

/// As [`conversions`], of a body.
pub(super) fn conversions_of_body(body: &Body, event: &Event) -> usize {
    match body {
        Body::Newtype(newtype) => usize::from(newtype.try_from) + conversions(&newtype.ty, event),
        _ => 0,
    }
}
