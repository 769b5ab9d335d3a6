use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Lifetime, Type, parse_quote};

use crate::check::aggregate::{Aggregate, Event, Sum};
use crate::lifetimes;
use crate::span::{all_at, at, generated};

/// The enum of all events of an aggregate.
pub(super) fn item(aggregate: &Aggregate<'_>, sum: &Sum) -> TokenStream {
    let (vis, ident, name) = (aggregate.vis, aggregate.ident, &sum.name);
    let lifetime: Lifetime = parse_quote!('__e);
    let generics = sum.borrows.then(|| quote!(<'__e>));
    let doc = format!(" Any one event of `{ident}`.");
    let variants = sum.events.iter().map(|event| {
        let (variant, ty) = (&event.name, lifetimes::fill(&event.ty, &lifetime));
        let doc = format!(" `{variant}`.");
        quote!(#[doc = #doc] #variant(#ty),)
    });
    generated(quote! {
        #[doc = #doc]
        #vis enum #name #generics {
            #(#variants)*
        }
    })
}

/// What makes it an event.
pub(super) fn impls(aggregate: &Aggregate<'_>, sum: &Sum) -> TokenStream {
    let (name, generics) = (&sum.name, sum.borrows.then(|| quote!(<'__e>)));
    let variants: Vec<_> = sum.events.iter().map(|event| &event.name).collect();
    let froms = sum
        .events
        .iter()
        .map(|event| from(event, name, generics.as_ref()));
    let lists = sum.events.iter().map(|event| list(&event.ty));
    let call = |method: TokenStream| {
        let events = sum.events.iter();
        events.map(move |event| listed(&event.ty, at(&event.ty), &method))
    };
    let show = call(quote!(show));
    let read = call(quote!(read_into)).zip(&variants);
    let read = in_turn(read.map(|(read, variant)| quote!(#read(__from, Self::#variant))));
    let ident = aggregate.ident;
    let of = all_at(
        at(ident),
        quote!(__p::Sound<#ident, { __p::flaw(__LISTS) }>),
    );
    quote! {
        #(#froms)*

        const __LISTS: &[__p::Listing] = &[#(#lists),*];

        #[automatically_derived]
        impl<'__e> __p::Sum<'__e> for #name #generics {
            type Of = #of;
            const KINDS: __p::Kinds = &__p::concat::<{ __p::total(__LISTS) }>(__LISTS);

            fn pass<__V: __p::Visit>(&self, __v: __V) -> __V::Output {
                match self {
                    #(Self::#variants(__e) => #show(__e, __v),)*
                }
            }

            fn read(__from: &mut __p::Reader<'_, '__e, impl __p::FnMut(Self)>) -> __p::Read {
                #read
            }
        }
    }
}

/// All of `reads`, each of which may fail.
fn in_turn(reads: impl Iterator<Item = TokenStream>) -> TokenStream {
    let reads: Vec<_> = reads.collect();
    match reads.split_last() {
        Some((last, others)) => quote!(#(#others?;)* #last),
        None => quote!(__p::Ok(())),
    }
}

/// The one type of an aggregate that brings its own enum.
pub(super) fn list_one(ident: &Ident, ty: &Type) -> TokenStream {
    let arguments = written_and_shapes(ty);
    quote!(const __LISTS: &[__p::Listing] = &[__p::own::<#ident>(#arguments)];)
}

fn from(event: &Event, name: &syn::Ident, generics: Option<&TokenStream>) -> TokenStream {
    let (variant, ty) = (&event.name, lifetimes::fill(&event.ty, &parse_quote!('__e)));
    quote! {
        #[automatically_derived]
        impl #generics __p::From<#ty> for #name #generics {
            fn from(__event: #ty) -> Self {
                Self::#variant(__event)
            }
        }
    }
}

fn list(ty: &Type) -> TokenStream {
    let arguments = written_and_shapes(ty);
    let ty = lifetimes::fill(ty, &parse_quote!('static));
    let listing = listed(&ty, at(&ty), &quote!(LISTING));
    quote!(#listing.named(#arguments))
}

/// A path through `Listed`, the one bound on a listed type: so one that is not an event is
/// reported once, where it is listed.
fn listed(ty: &impl ToTokens, span: Span, item: &TokenStream) -> TokenStream {
    quote_spanned!(span=> <#ty as __p::Listed<'_>>::#item)
}

/// What the schema lock asks of a listed type. One that is not an event is reported elsewhere.
fn written_and_shapes(ty: &Type) -> TokenStream {
    let written = ty.to_token_stream().to_string();
    let ty = lifetimes::fill(ty, &parse_quote!('static));
    quote!(#written, <__p::Probe<#ty>>::SHAPES)
}
