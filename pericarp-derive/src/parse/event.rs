use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, LitInt, LitStr};

use super::{Krate, misplaced};
use crate::errors::Errors;
use crate::words::{self, CRATE, Given, Word, Words};

const NAME: Word = Word::required("name", "name = \"noun.verbed\"");
const VERSION: Word = Word::optional("version", "version = 1");
const ALIAS: Word = Word::optional("alias", "alias(\"old.name\")");

const WORDS: Words = Words {
    attribute: "event",
    known: &[NAME, VERSION, ALIAS, CRATE],
};

/// An event as it was written.
pub(crate) struct Event<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) body: Body<'i>,
}

pub(crate) enum Body<'i> {
    Struct {
        kind: Kind,
        fields: &'i Fields,
    },
    Enum {
        on_enum: Vec<Given>,
        serde: &'i [Attribute],
        variants: Vec<Variant<'i>>,
    },
    Union,
}

pub(crate) struct Variant<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) fields: &'i Fields,
    pub(crate) serde: &'i [Attribute],
    pub(crate) kind: Kind,
}

/// What says how an event is stored.
#[derive(Default)]
pub(crate) struct Kind {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<(u32, Span)>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) given: Vec<Given>,
}

impl Kind {
    /// Whether a name was attempted; if it is not there, that mistake is reported already.
    pub(crate) fn tried_name(&self) -> bool {
        self.given.iter().any(|given| given.name == NAME.name)
    }
}

pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Event<'i> {
    let mut krate = Krate::default();
    let kind = kind(&item.attrs, &mut krate, errors);
    let body = match &item.data {
        Data::Struct(data) => {
            misplaced::on_fields("event", &data.fields, errors);
            Body::Struct {
                kind,
                fields: &data.fields,
            }
        }
        Data::Enum(data) => Body::Enum {
            on_enum: kind.given,
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
        krate,
        body,
    }
}

fn variant<'i>(variant: &'i syn::Variant, errors: &mut Errors) -> Variant<'i> {
    misplaced::on_fields("event", &variant.fields, errors);
    Variant {
        ident: &variant.ident,
        fields: &variant.fields,
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
            _ => *krate = Krate::parse(input)?,
        }
        Ok(())
    });
    kind
}
