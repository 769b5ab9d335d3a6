use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{
    Attribute, Data, DeriveInput, Fields, Generics, Ident, LitInt, LitStr, Member, Token, Type,
    Visibility,
};

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
const SNAPSHOT: Word = Word::optional("snapshot", "snapshot(every = 100)");
const CACHED: Word = Word::optional("cached", "");

pub(crate) const WORDS: Words = Words {
    attribute: "aggregate",
    known: &[
        CATEGORY, ID, ERROR, EVENTS, CREATED_BY, EVENT, ENUM_NAME, DROPPED, UNKNOWN, NEWER,
        SNAPSHOT, CACHED, CRATE,
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
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) fields: Vec<Field<'i>>,
    given: Vec<Given>,
}

/// How snapshots are taken.
pub(crate) struct Snapshot {
    pub(crate) every: LitInt,
    pub(crate) version: Option<LitInt>,
}

/// A field of the state, and what serde is told of it.
pub(crate) struct Field<'i> {
    pub(crate) member: Member,
    pub(crate) attrs: &'i [Attribute],
    pub(crate) ty: &'i Type,
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
        snapshot: None,
        fields: fields(&item.data),
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
            "snapshot" => aggregate.snapshot = Some(words::inside(input, snapshot)?),
            "cached" => {}
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

/// Reads `every = 100` or `every = 100, version = 2`; both count from 1.
fn snapshot(input: ParseStream<'_>) -> syn::Result<Snapshot> {
    let every = count(input, "every")?;
    let mut version = None;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    if !input.is_empty() {
        version = Some(count(input, "version")?);
    }
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        return Err(input.error("nothing else is known of snapshots"));
    }
    Ok(Snapshot { every, version })
}

fn count(input: ParseStream<'_>, name: &str) -> syn::Result<LitInt> {
    let ahead = input.fork();
    if ahead.parse::<Ident>()? != name {
        return Err(input.error("another word is expected"));
    }
    input.parse::<Ident>()?;
    input.parse::<Token![=]>()?;
    let ahead = input.fork();
    if ahead.parse::<LitInt>()?.base10_parse::<u32>()? == 0 {
        return Err(input.error("it counts from 1"));
    }
    input.parse()
}

fn fields(data: &Data) -> Vec<Field<'_>> {
    let groups: Vec<&Fields> = match data {
        Data::Struct(data) => vec![&data.fields],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| &variant.fields)
            .collect(),
        Data::Union(_) => Vec::new(),
    };
    let fields = groups
        .into_iter()
        .flat_map(|group| group.members().zip(group));
    fields
        .map(|(member, field)| Field {
            member,
            attrs: &field.attrs,
            ty: &field.ty,
        })
        .collect()
}
