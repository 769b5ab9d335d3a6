use super::view::{View, is_optional};
use crate::schema::model::{Event, Field, Type};

/// A field as it is in JSON: those of flattened structs are among the others.
#[derive(Clone, Copy, Debug)]
pub(in crate::schema) struct Spread<'m> {
    pub(in crate::schema) field: &'m Field,
    /// Whether it has something to be read as if it is missing.
    pub(super) has_default: bool,
    /// Whether that is `None`, if it does not say otherwise.
    pub(super) is_option: bool,
    /// The flattened `Option` it is in: where one of its fields cannot be read, all of it is `None`.
    pub(super) group: Option<&'m str>,
    /// Whether serde keeps it in a buffer before it is read.
    pub(super) is_buffered: bool,
}

impl<'m> Spread<'m> {
    /// Whether an event without it is read.
    pub(super) const fn is_lenient(&self) -> bool {
        self.has_default || self.group.is_some()
    }

    /// Whether it reads what is stored as `name`.
    pub(super) fn reads(&self, name: &str) -> bool {
        !self.field.flatten && self.field.read_names().contains(&name)
    }

    /// The type of the values, if it keeps all fields that no other reads.
    pub(super) fn rest(&self, event: &'m Event) -> Option<&'m Type> {
        let view = View::of(&self.field.ty, event);
        let view = match view {
            View::Option(inner) => View::of(inner, event),
            view => view,
        };
        match view {
            View::Map(_, value) if self.field.flatten => Some(value),
            _ => None,
        }
    }
}

/// The fields of a struct, as they are in JSON.
pub(in crate::schema) fn spread<'m>(fields: &'m [Field], event: &'m Event) -> Vec<Spread<'m>> {
    let mut all = Vec::new();
    add(fields, event, None, 0, &mut all);
    all
}

fn add<'m>(
    fields: &'m [Field],
    event: &'m Event,
    group: Option<&'m str>,
    depth: usize,
    all: &mut Vec<Spread<'m>>,
) {
    for field in fields.iter().filter(|field| !field.gone) {
        let optional = is_optional(&field.ty, event);
        match flattened(field, event) {
            // A type that is flattened into itself has no end.
            Some(inner) if depth <= event.types.len() => {
                let group = group.or_else(|| optional.then_some(field.name.as_str()));
                add(inner, event, group, depth + 1, all);
            }
            _ => all.push(Spread {
                field,
                // Serde does not ask for the default of what is flattened.
                has_default: optional || field.default.is_some() && !field.flatten,
                is_option: optional,
                group,
                is_buffered: depth > 0 || field.flatten,
            }),
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
