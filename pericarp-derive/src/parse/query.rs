use syn::{Data, DeriveInput, Expr, Generics, Ident, Type};

use super::{Krate, misplaced};
use crate::errors::Errors;
use crate::words::{self, CRATE, Given, MIDDLEWARE, Word, Words};

pub(crate) const ON: Word = Word::required("on", "on = Balances");
pub(crate) const RETURNS: Word = Word::required("returns", "returns = i64");
const ERROR: Word = Word::optional("error", "error = ErrorType");

pub(crate) const WORDS: Words = Words {
    attribute: "query",
    known: &[ON, RETURNS, ERROR, MIDDLEWARE, CRATE],
};

/// A query as it was written.
pub(crate) struct Query<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) is_union: bool,
    pub(crate) krate: Krate,
    pub(crate) on: Option<Type>,
    pub(crate) returns: Option<Type>,
    pub(crate) error: Option<Type>,
    pub(crate) middleware: Vec<Expr>,
    pub(crate) given: Vec<Given>,
}

pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Query<'i> {
    misplaced::inside("query", item, errors);
    let mut query = Query {
        ident: &item.ident,
        generics: &item.generics,
        is_union: matches!(item.data, Data::Union(_)),
        krate: Krate::default(),
        on: None,
        returns: None,
        error: None,
        middleware: Vec::new(),
        given: Vec::new(),
    };
    query.given = WORDS.read(&item.attrs, errors, |word, input| {
        match word {
            "on" => query.on = Some(words::value(input)?),
            "returns" => query.returns = Some(words::value(input)?),
            "error" => query.error = Some(words::value(input)?),
            "middleware" => query.middleware = words::list(input)?,
            _ => query.krate = Krate::parse(input)?,
        }
        Ok(())
    });
    query
}
