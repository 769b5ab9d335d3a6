use syn::{Generics, Ident, Type};

use super::middleware::{self, Entry};
use crate::errors::Errors;
use crate::messages;
use crate::parse::query::{ON, RETURNS, WORDS};
use crate::parse::{self, Krate};

/// A query in which nothing is wrong.
pub(crate) struct Query<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) on: Option<Type>,
    pub(crate) returns: Option<Type>,
    pub(crate) error: Option<Type>,
    pub(crate) middleware: Vec<Entry>,
}

pub(crate) fn check<'i>(written: parse::query::Query<'i>, errors: &mut Errors) -> Query<'i> {
    if written.is_union {
        errors.push(written.ident.span(), messages::QUERY_UNION);
    }
    if written.given.is_empty() {
        let message = messages::missing_attribute(written.ident, "query", &WORDS.required_form());
        errors.push(written.ident.span(), message);
    } else {
        for (word, what) in [(&ON, "read model"), (&RETURNS, "answer")] {
            if !written.given.iter().any(|given| given.name == word.name) {
                let message = messages::missing_word(written.ident, "query", what, word.form);
                errors.push(written.ident.span(), message);
            }
        }
    }
    Query {
        ident: written.ident,
        generics: written.generics,
        krate: written.krate,
        on: written.on,
        returns: written.returns,
        error: written.error,
        middleware: middleware::check(written.middleware, errors),
    }
}
