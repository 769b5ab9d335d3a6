use proc_macro2::Span;
use syn::{Data, DeriveInput, Expr, Fields, Generics, Ident, Member, Type};

use super::Krate;
use crate::errors::Errors;
use crate::words::{self, CRATE, Given, MIDDLEWARE, Word, Words};

pub(crate) const AGGREGATE: Word = Word::required("aggregate", "aggregate = Account");
const RETURNS: Word = Word::optional("returns", "returns = i64");
const CREATES: Word = Word::optional("creates", "");
const MUST_EXIST: Word = Word::optional("must_exist", "");

const ON_STRUCT: Words = Words {
    attribute: "command",
    known: &[AGGREGATE, RETURNS, CREATES, MUST_EXIST, MIDDLEWARE, CRATE],
};
const ON_FIELD: Words = Words {
    attribute: "command",
    known: &[Word::required("id", "")],
};

/// A command as it was written.
pub(crate) struct Command<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    /// `None` if it is not a struct.
    pub(crate) fields: Option<&'i Fields>,
    pub(crate) krate: Krate,
    pub(crate) aggregate: Option<Type>,
    pub(crate) returns: Option<Type>,
    pub(crate) middleware: Vec<Expr>,
    pub(crate) given: Vec<Given>,
    pub(crate) ids: Vec<Id<'i>>,
    /// Whether a field has the attribute at all, even with a mistake in it.
    pub(crate) tried_id: bool,
}

/// A field that is marked as the id.
pub(crate) struct Id<'i> {
    pub(crate) member: Member,
    pub(crate) ty: &'i Type,
    pub(crate) mark: Span,
}

pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Command<'i> {
    let mut command = Command {
        ident: &item.ident,
        generics: &item.generics,
        fields: None,
        krate: Krate::default(),
        aggregate: None,
        returns: None,
        middleware: Vec::new(),
        given: Vec::new(),
        ids: Vec::new(),
        tried_id: false,
    };
    command.given = ON_STRUCT.read(&item.attrs, errors, |word, input| {
        match word {
            "aggregate" => command.aggregate = Some(words::value(input)?),
            "returns" => command.returns = Some(words::value(input)?),
            "middleware" => command.middleware = words::list(input)?,
            "crate" => command.krate = Krate::parse(input)?,
            _ => {}
        }
        Ok(())
    });
    if let Data::Struct(data) = &item.data {
        command.fields = Some(&data.fields);
        read_ids(&mut command, &data.fields, errors);
    }
    command
}

fn read_ids<'i>(command: &mut Command<'i>, fields: &'i Fields, errors: &mut Errors) {
    for (member, field) in fields.members().zip(fields) {
        command.tried_id |= field
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("command"));
        let given = ON_FIELD.read(&field.attrs, errors, |_, _| Ok(()));
        if let Some(mark) = given.first() {
            command.ids.push(Id {
                member,
                ty: &field.ty,
                mark: mark.span,
            });
        }
    }
}
