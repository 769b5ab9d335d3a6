use syn::{Attribute, Fields, Member, Type};

use crate::errors::Errors;
use crate::words::{Given, Word, Words};

const WORDS: Words = Words {
    attribute: "event",
    known: &[
        Word::optional("no_escapes", ""),
        Word::optional("owned", ""),
    ],
};

/// A field of an event as it was written.
pub(crate) struct Field<'i> {
    pub(crate) member: Member,
    pub(crate) ty: &'i Type,
    pub(crate) serde: &'i [Attribute],
    pub(crate) given: Vec<Given>,
}

pub(super) fn parse<'i>(fields: &'i Fields, errors: &mut Errors) -> Vec<Field<'i>> {
    let fields = fields.members().zip(fields);
    fields
        .map(|(member, field)| Field {
            member,
            ty: &field.ty,
            serde: &field.attrs,
            given: WORDS.read(&field.attrs, errors, |_, _| Ok(())),
        })
        .collect()
}
