use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Generics, Ident, LitStr, Token, Type, Visibility};

use super::{Krate, misplaced};
use crate::errors::Errors;
use crate::words::{self, CRATE, Given, Word, Words};

pub(crate) const CATEGORY: Word = Word::required("category", "category = \"noun\"");
pub(crate) const ID: Word = Word::required("id", "id = IdType");
const ERROR: Word = Word::optional("error", "error = ErrorType");
const EVENTS: Word = Word::required("events", "events(Deposited, Withdrawn)");
const CREATED_BY: Word = Word::optional("created_by", "created_by(Opened)");
const EVENT: Word = Word::optional("event", "event = EventEnum");
const ENUM_NAME: Word = Word::optional("enum_name", "enum_name = NameOfTheEnum");
const DROPPED: Word = Word::optional("dropped", "dropped(\"old.name\")");
const UNKNOWN: Word = Word::optional("unknown", "unknown = skip");
const NEWER: Word = Word::optional("newer", "newer = skip");

pub(crate) const WORDS: Words = Words {
    attribute: "aggregate",
    known: &[
        CATEGORY, ID, ERROR, EVENTS, CREATED_BY, EVENT, ENUM_NAME, DROPPED, UNKNOWN, NEWER, CRATE,
    ],
};

/// An aggregate as it was written.
pub(crate) struct Aggregate<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) generics: &'i Generics,
    pub(crate) is_union: bool,
    pub(crate) krate: Krate,
    pub(crate) category: Option<LitStr>,
    pub(crate) id: Option<Type>,
    pub(crate) error: Option<Type>,
    pub(crate) events: Vec<Type>,
    pub(crate) created_by: Vec<Type>,
    pub(crate) event: Option<Type>,
    pub(crate) enum_name: Option<Ident>,
    pub(crate) dropped: Vec<LitStr>,
    pub(crate) skips_unknown: bool,
    pub(crate) skips_newer: bool,
    given: Vec<Given>,
}

impl Aggregate<'_> {
    /// Whether nothing was written at all.
    pub(crate) fn is_bare(&self) -> bool {
        self.given.is_empty()
    }

    /// Where a word was written, with a right value or not.
    pub(crate) fn given(&self, name: &str) -> Option<Span> {
        self.given
            .iter()
            .find(|given| given.name == name)
            .map(|given| given.span)
    }
}

pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Aggregate<'i> {
    misplaced::inside("aggregate", item, errors);
    let mut aggregate = Aggregate {
        ident: &item.ident,
        vis: &item.vis,
        generics: &item.generics,
        is_union: matches!(item.data, Data::Union(_)),
        krate: Krate::default(),
        category: None,
        id: None,
        error: None,
        events: Vec::new(),
        created_by: Vec::new(),
        event: None,
        enum_name: None,
        dropped: Vec::new(),
        skips_unknown: false,
        skips_newer: false,
        given: Vec::new(),
    };
    aggregate.given = WORDS.read(&item.attrs, errors, |word, input| {
        match word {
            "category" => aggregate.category = Some(words::value(input)?),
            "id" => aggregate.id = Some(words::value(input)?),
            "error" => aggregate.error = Some(words::value(input)?),
            "events" => aggregate.events = words::list(input)?,
            "created_by" => aggregate.created_by = words::list(input)?,
            "event" => aggregate.event = Some(words::value(input)?),
            "enum_name" => aggregate.enum_name = Some(words::value(input)?),
            "dropped" => aggregate.dropped = words::list(input)?,
            "unknown" => aggregate.skips_unknown = skip(input)?,
            "newer" => aggregate.skips_newer = skip(input)?,
            _ => aggregate.krate = Krate::parse(input)?,
        }
        Ok(())
    });
    aggregate
}

/// Reads `= skip`, the only policy that has to be said.
fn skip(input: ParseStream<'_>) -> syn::Result<bool> {
    input.parse::<Token![=]>()?;
    let ahead = input.fork();
    if ahead.parse::<Ident>()? != "skip" {
        return Err(input.error("not a policy"));
    }
    input.parse::<Ident>()?;
    Ok(true)
}
