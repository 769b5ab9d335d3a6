use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Generics, Ident};

use crate::check::middleware::Entry;
use crate::span::{all_at, at};

/// The type of a chain: a tuple of the middlewares' types.
pub(super) fn ty(entries: &[Entry]) -> TokenStream {
    let types = entries.iter().map(|entry| &entry.ty);
    quote!((#(#types,)*))
}

/// What a request says of each middleware that it lists.
pub(super) fn steps(ident: &Ident, generics: &Generics, entries: &[Entry]) -> TokenStream {
    let places = || entries.iter().enumerate();
    let steps = places().map(|(place, entry)| step(ident, generics, place, entry));
    let pairs = places().flat_map(|outer| {
        let inner = places().skip(outer.0 + 1);
        inner.map(move |inner| in_order(ident, generics, outer, inner))
    });
    // With type parameters it depends on them: the runtime demands it where they are filled in.
    let is_known = generics.type_params().count() + generics.const_params().count() == 0;
    let pairs = pairs.filter(|_| is_known);
    quote!(#(#steps)* #(#pairs)*)
}

fn step(ident: &Ident, generics: &Generics, place: usize, entry: &Entry) -> TokenStream {
    let Entry { ty, value } = entry;
    let place = Literal::usize_unsuffixed(place);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __p::Step<#place> for #ident #ty_generics #where_clause {
            type Middleware = #ty;

            fn middleware() -> &'static #ty {
                static __ONE: #ty = #value;
                &__ONE
            }
        }
    }
}

/// Demands that one may be listed before another.
fn in_order(
    ident: &Ident,
    generics: &Generics,
    (i, outer): (usize, &Entry),
    (j, inner): (usize, &Entry),
) -> TokenStream {
    let [i, j] = [i, j].map(Literal::usize_unsuffixed);
    let lifetimes = generics.lifetimes().map(|_| quote!('static));
    let may_precede = quote!(__p::may_precede::<#ident<#(#lifetimes),*>, #i, #j>());
    let (outer, inner) = (&outer.ty, &inner.ty);
    let demand = quote!(const _: () = __p::in_order::<#outer, #inner, { #may_precede }>(););
    all_at(at(outer), demand)
}
