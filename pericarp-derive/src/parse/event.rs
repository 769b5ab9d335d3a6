use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, LitInt, LitStr, Token, Type};

use super::Krate;
use super::fields::{self, Field};
use crate::errors::Errors;
use crate::words::{self, CRATE, Given, Word, Words};

const NAME: Word = Word::required("name", "name = \"noun.verbed\"");
const VERSION: Word = Word::optional("version", "version = 1");
const ALIAS: Word = Word::optional("alias", "alias(\"old.name\")");
const UPCAST: Word = Word::optional("upcast", "upcast(1 => TypeOfVersion1)");
const SPLIT_FROM: Word = Word::repeated("split_from", "split_from(\"old.name\", 1 => OldType)");
const DROPPED: Word = Word::optional("dropped", "dropped(\"old.name\")");
const UNKNOWN: Word = Word::optional("unknown", "");
const NEWER: Word = Word::optional("newer", "");

const WORDS: Words = Words {
    attribute: "event",
    known: &[
        NAME, VERSION, ALIAS, UPCAST, SPLIT_FROM, DROPPED, UNKNOWN, NEWER, CRATE,
    ],
};

/// An event as it was written.
pub(crate) struct Event<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) serde_bounds: bool,
    pub(crate) krate: Krate,
    pub(crate) body: Body<'i>,
}

pub(crate) enum Body<'i> {
    Struct {
        kind: Kind,
        serde: &'i [Attribute],
        shape: &'i Fields,
        fields: Vec<Field<'i>>,
    },
    Enum {
        on_enum: Kind,
        serde: &'i [Attribute],
        variants: Vec<Variant<'i>>,
    },
    Union,
}

pub(crate) struct Variant<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) shape: &'i Fields,
    pub(crate) fields: Vec<Field<'i>>,
    pub(crate) serde: &'i [Attribute],
    pub(crate) kind: Kind,
}

/// What says how an event is stored.
#[derive(Default)]
pub(crate) struct Kind {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<(u32, Span)>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) upcast: Vec<Step>,
    pub(crate) splits: Vec<Split>,
    pub(crate) dropped: Vec<LitStr>,
    pub(crate) given: Vec<Given>,
}

impl Kind {
    /// Where a word was written, or attempted; then a mistake in it is reported already.
    pub(crate) fn given(&self, name: &str) -> Option<Span> {
        let mut given = self.given.iter();
        given.find(|given| given.name == name).map(|word| word.span)
    }
}

/// `1 => TypeOfVersion1`: an older version and what it is decoded as.
pub(crate) struct Step {
    pub(crate) version: u32,
    pub(crate) span: Span,
    pub(crate) ty: Type,
}

impl Parse for Step {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let version: LitInt = input.parse()?;
        input.parse::<Token![=>]>()?;
        Ok(Self {
            version: version.base10_parse()?,
            span: version.span(),
            ty: input.parse()?,
        })
    }
}

/// `("old.name", 1 => OldType, ..)`: an older event that is split, and its versions.
pub(crate) struct Split {
    pub(crate) name: LitStr,
    pub(crate) steps: Vec<Step>,
}

impl Parse for Split {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        words::inside(input, |inside| {
            let name = inside.parse()?;
            inside.parse::<Token![,]>()?;
            let steps = words::items(inside)?;
            Ok(Self { name, steps })
        })
    }
}

pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Event<'i> {
    let mut krate = Krate::default();
    let kind = kind(&item.attrs, &mut krate, errors);
    let body = match &item.data {
        Data::Struct(data) => Body::Struct {
            kind,
            serde: &item.attrs,
            shape: &data.fields,
            fields: fields::parse(&data.fields, errors),
        },
        Data::Enum(data) => Body::Enum {
            on_enum: kind,
            serde: &item.attrs,
            variants: data
                .variants
                .iter()
                .map(|written| variant(written, errors))
                .collect(),
        },
        Data::Union(_) => Body::Union,
    };
    Event {
        ident: &item.ident,
        generics: &item.generics,
        serde_bounds: super::serde::says(item, "bound"),
        krate,
        body,
    }
}

fn variant<'i>(variant: &'i syn::Variant, errors: &mut Errors) -> Variant<'i> {
    Variant {
        ident: &variant.ident,
        shape: &variant.fields,
        fields: fields::parse(&variant.fields, errors),
        serde: &variant.attrs,
        kind: kind(&variant.attrs, &mut Krate::default(), errors),
    }
}

fn kind(attrs: &[Attribute], krate: &mut Krate, errors: &mut Errors) -> Kind {
    let mut kind = Kind::default();
    kind.given = WORDS.read(attrs, errors, |word, input| {
        match word {
            "name" => kind.name = Some(words::value(input)?),
            "version" => {
                let literal: LitInt = words::value(input)?;
                kind.version = Some((literal.base10_parse()?, literal.span()));
            }
            "alias" => kind.aliases = words::list(input)?,
            "upcast" => kind.upcast = words::list(input)?,
            "split_from" => kind.splits.push(Split::parse(input)?),
            "dropped" => kind.dropped = words::list(input)?,
            "crate" => *krate = Krate::parse(input)?,
            _ => {}
        }
        Ok(())
    });
    kind
}
