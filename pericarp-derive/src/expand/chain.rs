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
    // With type parameters the order depends on them, so it is demanded where they are filled in.
    let is_known = generics.type_params().count() + generics.const_params().count() == 0;
    let steps = entries.iter().enumerate().map(|(place, entry)| {
        let later = (place + 1..).zip(&entries[place + 1..]);
        let pairs = later.map(|inner| match is_known {
            true => in_order(ident, generics, (place, entry), inner),
            false => in_order_when_filled_in((place, entry), inner.0),
        });
        let pairs = quote!(#(#pairs)*);
        let (inside, outside) = match is_known {
            true => (TokenStream::new(), pairs),
            false => (pairs, TokenStream::new()),
        };
        let step = step(ident, generics, (place, entry), &inside);
        quote!(#step #outside)
    });
    quote!(#(#steps)*)
}

fn step(
    ident: &Ident,
    generics: &Generics,
    (place, Entry { ty, value }): (usize, &Entry),
    demands: &TokenStream,
) -> TokenStream {
    let place = Literal::usize_unsuffixed(place);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __p::Step<#place> for #ident #ty_generics #where_clause {
            type Middleware = #ty;

            fn middleware() -> &'static #ty {
                #demands
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

fn in_order_when_filled_in((i, outer): (usize, &Entry), j: usize) -> TokenStream {
    let [i, j] = [i, j].map(Literal::usize_unsuffixed);
    let may_precede = quote!(__p::may_precede::<Self, #i, #j>());
    let demand = quote!(const { __p::in_order_when_filled_in(#may_precede) });
    all_at(at(&outer.ty), demand)
}
