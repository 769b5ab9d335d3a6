use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Lifetime, parse_quote};

use super::scoped;
use crate::check::aggregate::{Aggregate, Event, Sum};
use crate::lifetimes;
use crate::parse::Krate;
use crate::span::at;

/// Generates the enum of all events of an aggregate.
pub(super) fn expand(aggregate: &Aggregate<'_>, sum: &Sum) -> TokenStream {
    let (vis, ident, name) = (aggregate.vis, aggregate.ident, &sum.name);
    let lifetime: Lifetime = parse_quote!('__e);
    let generics = sum.borrows.then(|| quote!(<'__e>));
    let doc = format!(" Any one event of [`{ident}`].");
    let variants = sum.events.iter().map(|event| {
        let (variant, ty) = (&event.name, lifetimes::fill(&event.ty, &lifetime));
        let doc = format!(" [`{variant}`].");
        quote!(#[doc = #doc] #variant(#ty),)
    });
    let impls = impls(aggregate, sum, generics.as_ref());
    quote! {
        #[doc = #doc]
        #[allow(private_interfaces, clippy::large_enum_variant)]
        #vis enum #name #generics {
            #(#variants)*
        }
        #impls
    }
}

fn impls(aggregate: &Aggregate<'_>, sum: &Sum, generics: Option<&TokenStream>) -> TokenStream {
    let (Krate(krate), name) = (&aggregate.krate, &sum.name);
    let variants: Vec<_> = sum.events.iter().map(|event| &event.name).collect();
    let froms = sum.events.iter().map(|event| from(event, name, generics));
    let lists = sum.events.iter().map(|event| {
        let ty = lifetimes::fill(&event.ty, &parse_quote!('static));
        listed(event, &ty, krate, &quote!(KINDS))
    });
    let call = |method: TokenStream| {
        sum.events.iter().map(move |event| listed(event, &inferred(event), krate, &method))
    };
    let kinds = call(quote!(kind));
    let encodes = call(quote!(encode));
    let decodes = call(quote!(decode));
    scoped(&quote! {
        #(#froms)*

        #[automatically_derived]
        impl #generics #krate::Event for #name #generics {
            const KINDS: &'static [#krate::EventKind] = {
                const __LISTS: &[&[#krate::EventKind]] = &[#(#lists),*];
                &#krate::__private::concat_kinds::<{ #krate::__private::total(__LISTS) }>(__LISTS)
            };

            fn kind(&self) -> &'static #krate::EventKind {
                match self {
                    #(Self::#variants(__event) => #kinds(__event),)*
                }
            }

            fn encode(
                &self,
                __out: &mut #krate::__private::Vec<u8>,
            ) -> ::core::result::Result<(), #krate::EncodeError> {
                match self {
                    #(Self::#variants(__event) => #encodes(__event, __out),)*
                }
            }
        }

        #[automatically_derived]
        impl<'__e> #krate::DecodeEvent<'__e> for #name #generics {
            #[inline]
            fn decode(
                __record: &#krate::RecordedEvent<'__e>,
            ) -> ::core::result::Result<::core::option::Option<Self>, #krate::DecodeError> {
                ::core::result::Result::Ok(
                    #(if let ::core::option::Option::Some(__event) = #decodes(__record)? {
                        ::core::option::Option::Some(Self::#variants(__event))
                    } else)* {
                        ::core::option::Option::None
                    }
                )
            }
        }
    })
}

fn from(event: &Event, name: &syn::Ident, generics: Option<&TokenStream>) -> TokenStream {
    let (variant, ty) = (&event.name, lifetimes::fill(&event.ty, &parse_quote!('__e)));
    quote! {
        #[automatically_derived]
        impl #generics ::core::convert::From<#ty> for #name #generics {
            fn from(__event: #ty) -> Self {
                Self::#variant(__event)
            }
        }
    }
}

/// A path through `Listed`, the one bound on a listed type: so one that is not an event is
/// reported once, where it is listed.
fn listed(event: &Event, ty: &TokenStream, krate: &TokenStream, item: &TokenStream) -> TokenStream {
    quote_spanned!(at(&event.ty)=> <#ty as #krate::__private::Listed<'_>>::#item)
}

fn inferred(event: &Event) -> TokenStream {
    let ty = &event.ty;
    quote!(#ty)
}
