use syn::{Fields, Generics, Ident, LitStr};

use super::serde_form;
use crate::errors::Errors;
use crate::parse::{self, Krate, event::Body};
use crate::{messages, names};

/// An event in which nothing is wrong.
pub(crate) struct Event<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) kinds: Kinds<'i>,
}

pub(crate) enum Kinds<'i> {
    Unit(Kind),
    Struct(Kind),
    Enum(Vec<Variant<'i>>),
}

pub(crate) struct Variant<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) fields: &'i Fields,
    pub(crate) kind: Kind,
}

pub(crate) struct Kind {
    pub(crate) name: LitStr,
    pub(crate) version: u32,
    pub(crate) aliases: Vec<LitStr>,
}

pub(crate) fn check<'i>(written: parse::event::Event<'i>, errors: &mut Errors) -> Event<'i> {
    let ident = written.ident;
    let kinds = match written.body {
        Body::Struct {
            kind,
            fields: Fields::Unit,
        } => Kinds::Unit(check_kind(ident, kind, errors)),
        Body::Struct { kind, .. } => Kinds::Struct(check_kind(ident, kind, errors)),
        Body::Enum {
            on_enum,
            serde,
            variants,
        } => {
            for word in on_enum.iter().filter(|word| word.name != "crate") {
                errors.push(word.span, messages::belongs_on_variants(word.name));
            }
            serde_form::check_enum(serde, errors);
            if variants.is_empty() {
                errors.push(ident.span(), messages::EVENT_NO_VARIANTS);
            }
            let checked: Vec<_> = variants
                .into_iter()
                .map(|variant| check_variant(variant, errors))
                .collect();
            check_distinct(&checked, errors);
            Kinds::Enum(checked)
        }
        Body::Union => {
            errors.push(ident.span(), messages::EVENT_UNION);
            Kinds::Enum(Vec::new())
        }
    };
    Event {
        ident,
        generics: written.generics,
        krate: written.krate,
        kinds,
    }
}

fn check_variant<'i>(variant: parse::event::Variant<'i>, errors: &mut Errors) -> Variant<'i> {
    serde_form::check_variant(variant.serde, errors);
    if let Some(word) = variant.kind.given.iter().find(|word| word.name == "crate") {
        errors.push(word.span, messages::CRATE_ON_VARIANT);
    }
    if matches!(variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() != 1) {
        errors.push(variant.ident.span(), messages::EVENT_TUPLE_VARIANT);
    }
    Variant {
        ident: variant.ident,
        fields: variant.fields,
        kind: check_kind(variant.ident, variant.kind, errors),
    }
}

fn check_kind(ident: &Ident, written: parse::event::Kind, errors: &mut Errors) -> Kind {
    match &written.name {
        Some(name) => check_name("name", name, errors),
        None if written.tried_name() => {}
        None => errors.push(
            ident.span(),
            messages::missing_word(ident, "event", "stored name", "name = \"noun.verbed\""),
        ),
    }
    if let Some((0, span)) = written.version {
        errors.push(span, messages::EVENT_VERSION);
    }
    check_aliases(&written, errors);
    Kind {
        name: written
            .name
            .unwrap_or_else(|| LitStr::new("", ident.span())),
        version: written.version.map_or(1, |(version, _)| version),
        aliases: written.aliases,
    }
}

fn check_name(word: &str, name: &LitStr, errors: &mut Errors) {
    if !names::is_event_name(&name.value()) {
        errors.push(name.span(), messages::event_name(word));
    }
}

fn check_aliases(kind: &parse::event::Kind, errors: &mut Errors) {
    for (i, alias) in kind.aliases.iter().enumerate() {
        check_name("alias", alias, errors);
        let text = alias.value();
        if kind.name.as_ref().is_some_and(|name| name.value() == text) {
            errors.push(alias.span(), messages::alias_is_name(&text));
        }
        if kind
            .aliases
            .iter()
            .take(i)
            .any(|earlier| earlier.value() == text)
        {
            errors.push(alias.span(), messages::alias_twice(&text));
        }
    }
}

fn check_distinct(variants: &[Variant<'_>], errors: &mut Errors) {
    for (i, variant) in variants.iter().enumerate() {
        for name in variant.kind.names().filter(|name| !name.value().is_empty()) {
            let text = name.value();
            let mut earlier = variants.iter().take(i);
            if let Some(other) = earlier.find(|other| other.kind.is_named(&text)) {
                errors.push(name.span(), messages::name_taken(&text, other.ident));
            }
        }
    }
}

impl Kind {
    /// The name and the aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }

    fn is_named(&self, text: &str) -> bool {
        self.names().any(|name| name.value() == text)
    }
}
