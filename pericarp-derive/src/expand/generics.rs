use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Lifetime, LifetimeParam, WherePredicate, parse_quote};

use crate::check::event::Event;

/// The generics of an event that can be serialised: all of its type parameters can, unless serde is
/// told what it demands of them.
pub(super) fn encode(event: &Event<'_>) -> Generics {
    let mut encode = event.generics.clone();
    let bound = quote!(__p::serde::Serialize);
    demand(&mut encode, event, &bound);
    encode
}

/// `generics`, with type parameters that have a shape.
pub(super) fn shape(mut generics: Generics) -> Generics {
    let params: Vec<_> = generics
        .type_params()
        .map(|param| param.ident.clone())
        .collect();
    for param in params {
        let bound = parse_quote!(#param: __p::Shape);
        generics.make_where_clause().predicates.push(bound);
    }
    generics
}

/// The generics of an event that can be serialised, and `'__de`, which outlives every lifetime and
/// which the event can be deserialised from.
pub(super) fn decode(event: &Event<'_>) -> Generics {
    let mut decode = encode(event);
    let de: Lifetime = parse_quote!('__de);
    demand(&mut decode, event, &quote!(__p::serde::Deserialize<#de>));
    for lifetime in event.generics.lifetimes().map(|param| &param.lifetime) {
        let bound = parse_quote!(#de: #lifetime);
        decode.make_where_clause().predicates.push(bound);
    }
    let de = GenericParam::Lifetime(LifetimeParam::new(de));
    decode.params.insert(0, de);
    decode
}

/// Demands what serde's own impls are there for.
fn demand(generics: &mut Generics, event: &Event<'_>, bound: &TokenStream) {
    let params = event.generics.type_params().map(|param| &param.ident);
    let mut predicates: Vec<WherePredicate> =
        params.map(|param| parse_quote!(#param: #bound)).collect();
    if event.serde_bounds && !predicates.is_empty() {
        predicates = vec![parse_quote!(Self: #bound)];
    }
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
}
