use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::spanned::Spanned;
use syn::{Generics, Ident, LitStr, Type, Visibility};

pub(crate) use super::listed::{Listed, Role};
use super::{kind, listed};
use crate::errors::Errors;
use crate::parse::aggregate::{CATEGORY, ID, Snapshot, WORDS};
use crate::parse::serde::Serde;
use crate::parse::{self, Krate};
use crate::words::Word;
use crate::{lifetimes, messages, names};

/// An aggregate in which nothing is wrong.
pub(crate) struct Aggregate<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) category: Option<LitStr>,
    pub(crate) id: Option<Type>,
    pub(crate) error: Option<Type>,
    pub(crate) events: Events,
    pub(crate) dropped: Vec<LitStr>,
    pub(crate) skips_unknown: bool,
    pub(crate) skips_newer: bool,
    pub(crate) snapshot: Option<Snapshot>,
    /// Where `cached` was written.
    pub(crate) cached: Option<Span>,
}

pub(crate) enum Events {
    /// An enum that the user wrote.
    Own(Type),
    /// An enum to generate.
    Sum(Sum),
}

pub(crate) struct Sum {
    pub(crate) name: Ident,
    pub(crate) events: Vec<Event>,
    /// Whether any of the events borrows, so that the enum does.
    pub(crate) borrows: bool,
    /// Whether the aggregate starts from its default.
    pub(crate) from_default: bool,
}

pub(crate) struct Event {
    pub(crate) ty: Type,
    pub(crate) name: Ident,
    pub(crate) role: Role,
}

pub(crate) fn check<'i>(
    written: parse::aggregate::Aggregate<'i>,
    errors: &mut Errors,
) -> Aggregate<'i> {
    if written.is_union {
        errors.push(written.ident.span(), messages::AGGREGATE_UNION);
    }
    if !written.generics.params.is_empty() {
        errors.push(written.generics.params.span(), messages::AGGREGATE_GENERICS);
    }
    if written.is_bare() {
        let message =
            messages::missing_attribute(written.ident, "aggregate", &WORDS.required_form());
        errors.push(written.ident.span(), message);
    } else {
        check_given(&written, &CATEGORY, errors);
        check_given(&written, &ID, errors);
    }
    if let Some(category) = &written.category
        && !names::is_category(&category.value())
    {
        errors.push(category.span(), messages::CATEGORY);
    }
    kind::check_dropped(&written.dropped, errors);
    check_snapshot(&written, errors);
    let events = check_events(&written, errors);
    let cached = written.given("cached");
    Aggregate {
        ident: written.ident,
        vis: written.vis,
        generics: written.generics,
        krate: written.krate,
        category: written.category,
        id: written.id,
        error: written.error,
        events,
        dropped: written.dropped,
        skips_unknown: written.skips_unknown,
        skips_newer: written.skips_newer,
        cached,
        snapshot: written.snapshot,
    }
}

/// Refuses fields that are in the state and would not be in a snapshot.
fn check_snapshot(written: &parse::aggregate::Aggregate<'_>, errors: &mut Errors) {
    if written.given("snapshot").is_none() {
        return;
    }
    for field in &written.fields {
        let serde = Serde::read(field.attrs);
        let words = ["skip", "skip_serializing", "skip_deserializing"];
        if let Some(word) = words.iter().find(|word| serde.has(word)) {
            let member = field.member.to_token_stream().to_string();
            errors.push(field.ty.span(), messages::snapshot_loses(&member, word));
        }
    }
}

fn check_given(written: &parse::aggregate::Aggregate<'_>, word: &Word, errors: &mut Errors) {
    if written.given(word.name).is_none() {
        errors.push(
            written.ident.span(),
            messages::missing_word(written.ident, "aggregate", word.name, word.form),
        );
    }
}

fn check_events(written: &parse::aggregate::Aggregate<'_>, errors: &mut Errors) -> Events {
    if written.given("event").is_some() {
        check_alone(written, errors);
    } else if !written.is_bare()
        && written.given("events").is_none()
        && written.given("created_by").is_none()
    {
        errors.push(written.ident.span(), messages::no_events(written.ident));
    }
    if let Some(event) = &written.event {
        listed::check_lifetimes(event, errors);
        return Events::Own(event.clone());
    }
    let listed = listed::merge(&written.created_by, &written.events, errors);
    Events::Sum(Sum {
        name: match &written.enum_name {
            Some(name) => name.clone(),
            None => format_ident!("{}Event", written.ident),
        },
        borrows: listed
            .iter()
            .any(|event| lifetimes::mentioned(event.ty).iter().any(|l| l == "_")),
        from_default: written.given("created_by").is_none(),
        events: listed
            .into_iter()
            .map(|Listed { ty, name, role }| Event {
                ty: ty.clone(),
                name,
                role,
            })
            .collect(),
    })
}

/// Refuses what says the same as `event = ..`, or contradicts it.
fn check_alone(written: &parse::aggregate::Aggregate<'_>, errors: &mut Errors) {
    if let Some(span) = written.given("created_by") {
        errors.push(span, messages::CREATED_BY_WITH_ENUM);
    }
    for word in ["events", "enum_name"] {
        if let Some(span) = written.given(word) {
            errors.push(span, messages::beside_enum(word));
        }
    }
}
