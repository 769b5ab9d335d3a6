use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Generics, Ident};

use crate::check::middleware::Entry;
use crate::span::at;

/// The type of a chain: a tuple of the middlewares' types.
pub(super) fn ty(entries: &[Entry]) -> TokenStream {
    let types = entries.iter().map(|entry| &entry.ty);
    quote!((#(#types,)*))
}

/// What a request says of each middleware that it lists.
pub(super) fn steps(ident: &Ident, generics: &Generics, entries: &[Entry]) -> TokenStream {
    let steps = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| step(ident, generics, place, entry));
    quote!(#(#steps)*)
}

fn step(ident: &Ident, generics: &Generics, place: usize, entry: &Entry) -> TokenStream {
    let Entry { ty, value, .. } = entry;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let in_order = in_order(place, entry);
    // Types decide whether it is in order, so it is known here if there are none to be filled in.
    let filled_in = generics.type_params().count() + generics.const_params().count() == 0;
    let now = (filled_in && in_order.is_some()).then(|| {
        let lifetimes = generics.lifetimes().map(|_| quote!('static));
        quote!(const _: () = <#ident<#(#lifetimes),*> as __p::Step<#place>>::IN_ORDER;)
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics __p::Step<#place> for #ident #ty_generics #where_clause {
            type Middleware = #ty;
            #in_order

            fn middleware() -> &'static #ty {
                static __ONE: #ty = #value;
                &__ONE
            }
        }
        #now
    }
}

/// Demands that none of those after it must come first.
fn in_order(place: usize, entry: &Entry) -> Option<TokenStream> {
    let messages = &entry.out_of_order;
    let later = place + 1..;
    let checks = messages.iter().zip(later).map(|(message, later)| {
        quote_spanned!(at(&entry.ty)=> __p::in_order::<Self, #place, #later>(#message);)
    });
    (!messages.is_empty()).then(|| quote!(const IN_ORDER: () = { #(#checks)* };))
}
