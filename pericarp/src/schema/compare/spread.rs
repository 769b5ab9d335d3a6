use super::view::{View, is_optional};
use crate::schema::model::{Event, Field, Type};

/// A field as it is in JSON: those of flattened structs are among the others.
#[derive(Clone, Copy, Debug)]
pub(in crate::schema) struct Spread<'m> {
    pub(in crate::schema) field: &'m Field,
    /// Whether it may be missing when it is read.
    pub(in crate::schema) lenient: bool,
}

/// The fields of a struct, as they are in JSON.
pub(in crate::schema) fn spread<'m>(fields: &'m [Field], event: &'m Event) -> Vec<Spread<'m>> {
    let mut all = Vec::new();
    add(fields, event, false, 0, &mut all);
    all
}

fn add<'m>(
    fields: &'m [Field],
    event: &'m Event,
    lenient: bool,
    depth: usize,
    all: &mut Vec<Spread<'m>>,
) {
    for field in fields.iter().filter(|field| !field.gone) {
        let optional = is_optional(&field.ty, event);
        let lenient = lenient || field.default.is_some() || optional;
        match flattened(field, event) {
            // A type that is flattened into itself has no end.
            Some(inner) if depth <= event.types.len() => {
                // A default of the whole helps no field of it.
                add(inner, event, optional, depth + 1, all);
            }
            _ => all.push(Spread { field, lenient }),
        }
    }
}

fn flattened<'m>(field: &'m Field, event: &'m Event) -> Option<&'m [Field]> {
    if !field.flatten || field.never_read || field.never_written {
        return None;
    }
    let inside = |ty: &'m Type| match View::of(ty, event) {
        View::Fields(fields, _) => Some(fields),
        _ => None,
    };
    match View::of(&field.ty, event) {
        View::Option(inner) => inside(inner),
        _ => inside(&field.ty),
    }
}
