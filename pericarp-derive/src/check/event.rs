use quote::ToTokens;
use syn::{Attribute, Fields, Generics, Ident, LitStr};

use super::borrowed::{self, Unescaped};
use super::kind::{self, Kind, Split};
use super::serde_form;
use crate::errors::Errors;
use crate::parse::{self, Krate, event::Body};
use crate::{lifetimes, messages};

/// An event in which nothing is wrong.
pub(crate) struct Event<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    /// Whether serde is told what its impls demand of type parameters.
    pub(crate) serde_bounds: bool,
    pub(crate) krate: Krate,
    pub(crate) kinds: Kinds<'i>,
}

pub(crate) enum Kinds<'i> {
    Unit(Kind),
    Struct(Kind, Unescaped),
    Enum(Variants<'i>),
}

/// The variants of an event enum.
#[derive(Default)]
pub(crate) struct Variants<'i> {
    pub(crate) stored: Vec<Variant<'i>>,
    /// Those that keep what cannot be read.
    pub(crate) keeping: Vec<Keeping<'i>>,
    pub(crate) dropped: Vec<LitStr>,
}

pub(crate) struct Variant<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) shape: &'i Fields,
    pub(crate) kind: Kind,
    pub(crate) unescaped: Unescaped,
}

pub(crate) struct Keeping<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) unknown: bool,
    pub(crate) newer: bool,
}

impl Variants<'_> {
    /// Each event that is split, once: the variants that take a part of it agree on it.
    pub(crate) fn splits(&self) -> Vec<&Split> {
        let mut all: Vec<&Split> = Vec::new();
        for split in self.stored.iter().flat_map(|variant| &variant.kind.splits) {
            if all
                .iter()
                .all(|other| other.name.value() != split.name.value())
            {
                all.push(split);
            }
        }
        all
    }

    /// The stored names of those that take a part of the event of this name.
    pub(crate) fn taking(&self, name: &LitStr) -> String {
        let takes = |variant: &&Variant<'_>| {
            let mut splits = variant.kind.splits.iter();
            splits.any(|split| split.name.value() == name.value())
        };
        let taking = self.stored.iter().filter(takes);
        let names: Vec<_> = taking.map(|variant| variant.kind.name.value()).collect();
        names.join(", ")
    }
}

pub(crate) fn check<'i>(written: parse::event::Event<'i>, errors: &mut Errors) -> Event<'i> {
    let ident = written.ident;
    let kinds = match written.body {
        Body::Struct {
            kind,
            serde,
            shape,
            fields,
        } => {
            check_struct(&kind, errors);
            let kind = kind::check(ident, kind, errors);
            let is_read_as_another = serde_form::is_read_as_another(serde);
            let fields = if is_read_as_another {
                Vec::new()
            } else {
                fields
            };
            match shape {
                Fields::Unit => Kinds::Unit(kind),
                _ => Kinds::Struct(kind, borrowed::check(fields, errors)),
            }
        }
        Body::Enum {
            on_enum,
            serde,
            variants,
        } => {
            check_on_enum(&on_enum, errors);
            serde_form::check_enum(serde, errors);
            let mut checked = Variants {
                dropped: on_enum.dropped,
                ..Variants::default()
            };
            for variant in variants {
                check_variant(variant, &mut checked, errors);
            }
            if checked.stored.is_empty() {
                errors.push(ident.span(), messages::EVENT_NO_VARIANTS);
            }
            check_distinct(&checked, errors);
            Kinds::Enum(checked)
        }
        Body::Union => {
            errors.push(ident.span(), messages::EVENT_UNION);
            Kinds::Enum(Variants::default())
        }
    };
    let event = Event {
        ident,
        generics: written.generics,
        serde_bounds: written.serde_bounds,
        krate: written.krate,
        kinds,
    };
    check_lifetimes(&event, errors);
    event
}

/// Where there are several lifetimes, `'_` could be any.
fn check_lifetimes(event: &Event<'_>, errors: &mut Errors) {
    if event.generics.lifetimes().count() < 2 {
        return;
    }
    let kinds: Vec<&Kind> = match &event.kinds {
        Kinds::Unit(kind) | Kinds::Struct(kind, _) => vec![kind],
        Kinds::Enum(variants) => variants.stored.iter().map(|v| &v.kind).collect(),
    };
    for ty in kinds.into_iter().flat_map(Kind::older_types) {
        for lifetime in lifetimes::mentioned(ty).iter().filter(|l| *l == "_") {
            errors.push(lifetime.span(), messages::STEP_LIFETIME);
        }
    }
}

fn check_struct(kind: &parse::event::Kind, errors: &mut Errors) {
    if let Some(span) = kind.given("dropped") {
        errors.push(span, messages::DROPPED_ON_STRUCT);
    }
    for word in ["unknown", "newer"] {
        if let Some(span) = kind.given(word) {
            errors.push(span, messages::marks_a_variant(word));
        }
    }
}

fn check_on_enum(on_enum: &parse::event::Kind, errors: &mut Errors) {
    for word in &on_enum.given {
        match word.name {
            "crate" | "dropped" => {}
            "unknown" | "newer" => errors.push(word.span, messages::marks_a_variant(word.name)),
            _ => errors.push(word.span, messages::belongs_on_variants(word.name)),
        }
    }
    kind::check_dropped(&on_enum.dropped, errors);
}

fn check_variant<'i>(
    variant: parse::event::Variant<'i>,
    variants: &mut Variants<'i>,
    errors: &mut Errors,
) {
    for word in ["crate", "dropped"] {
        if let Some(span) = variant.kind.given(word) {
            errors.push(span, messages::holds_for_the_enum(word));
        }
    }
    let is_given = |word| variant.kind.given(word).is_some();
    let (unknown, newer) = (is_given("unknown"), is_given("newer"));
    if unknown || newer {
        check_keeping(&variant, variants, errors);
        variants.keeping.push(Keeping {
            ident: variant.ident,
            unknown,
            newer,
        });
        return;
    }
    serde_form::check_variant(variant.serde, errors);
    if matches!(variant.shape, Fields::Unnamed(fields) if fields.unnamed.len() != 1) {
        errors.push(variant.ident.span(), messages::EVENT_TUPLE_VARIANT);
    }
    variants.stored.push(Variant {
        ident: variant.ident,
        shape: variant.shape,
        kind: kind::check(variant.ident, variant.kind, errors),
        unescaped: borrowed::check(variant.fields, errors),
    });
}

/// A variant that keeps records has no kind of its own, and serde has nothing to do with it.
fn check_keeping(
    variant: &parse::event::Variant<'_>,
    variants: &Variants<'_>,
    errors: &mut Errors,
) {
    for word in &variant.kind.given {
        let other = match word.name {
            "unknown" => variants.keeping.iter().find(|other| other.unknown),
            "newer" => variants.keeping.iter().find(|other| other.newer),
            "crate" | "dropped" => continue,
            stored => {
                errors.push(word.span, messages::beside_keeping(stored));
                continue;
            }
        };
        if let Some(other) = other {
            errors.push(word.span, messages::kept_twice(word.name, other.ident));
        }
    }
    if !matches!(variant.shape, Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
        errors.push(variant.ident.span(), messages::KEEPING_FIELDS);
    }
    if !is_skipped(variant.serde) {
        errors.push(variant.ident.span(), messages::KEEPING_SERDE);
    }
}

fn is_skipped(serde: &[Attribute]) -> bool {
    serde_form::words(serde).any(|word| word.path().is_ident("skip"))
}

fn check_distinct(variants: &Variants<'_>, errors: &mut Errors) {
    for (i, variant) in variants.stored.iter().enumerate() {
        for name in variant.kind.names().filter(|name| !name.value().is_empty()) {
            let text = name.value();
            let mut earlier = variants.stored.iter().take(i);
            if let Some(other) = earlier.find(|other| other.kind.is_named(&text)) {
                errors.push(name.span(), messages::name_taken(&text, other.ident));
            }
        }
        for split in &variant.kind.splits {
            check_split(split, i, variants, errors);
        }
    }
    for name in &variants.dropped {
        let text = name.value();
        let reads = |variant: &&Variant<'_>| {
            let mut splits = variant.kind.splits.iter();
            variant.kind.is_named(&text) || splits.any(|split| split.name.value() == text)
        };
        if let Some(variant) = variants.stored.iter().find(reads) {
            let message = messages::dropped_is_read(&text, variant.ident);
            errors.push(name.span(), message);
        }
    }
}

/// The name of an event that is split is no variant's name, and all who take a part of it list
/// the same versions.
fn check_split(split: &Split, i: usize, variants: &Variants<'_>, errors: &mut Errors) {
    let text = split.name.value();
    let others = variants.stored.iter().enumerate().filter(|(j, _)| *j != i);
    for (j, other) in others {
        if other.kind.is_named(&text) {
            let message = messages::split_is_taken(&text, other.ident);
            errors.push(split.name.span(), message);
        }
        let same_name = |other: &&Split| other.name.value() == text;
        if let Some(same) = other.kind.splits.iter().find(same_name)
            && j < i
            && written(same) != written(split)
        {
            let message = messages::split_unlike(&text, other.ident);
            errors.push(split.name.span(), message);
        }
    }
}

fn written(split: &Split) -> Vec<(u32, String)> {
    let steps = split.versions.steps();
    steps
        .map(|(version, ty)| (version, ty.to_token_stream().to_string()))
        .collect()
}
