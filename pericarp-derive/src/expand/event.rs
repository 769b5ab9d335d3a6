use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, Ident};

use super::{decode_generics, scoped};
use crate::check::event::{Event, Kind, Kinds, Variant};
use crate::parse::Krate;
use crate::span::at;

pub(crate) fn expand(event: &Event<'_>) -> TokenStream {
    let Krate(krate) = &event.krate;
    // An error about serde points at the name of the user's type.
    let this = quote_spanned!(at(event.ident)=> Self);
    let kinds = quote!(<Self as #krate::Event>::KINDS);
    let decoded = |decode: TokenStream| {
        quote!(::core::result::Result::map(#decode, ::core::option::Option::Some))
    };
    match &event.kinds {
        Kinds::Unit(kind) => {
            let guard = guard(kind, krate);
            let new_kind = new_kind(kind, krate);
            impls(event, &Bodies {
                kinds: quote!(#new_kind),
                kind: quote!(&#kinds[0]),
                encode: quote! {
                    #krate::__private::encode_unit(__out);
                    ::core::result::Result::Ok(())
                },
                decode: {
                    let unit = quote!(#krate::__private::decode_unit(__record));
                    quote!(#guard ::core::result::Result::map(#unit, |()| ::core::option::Option::Some(Self)))
                },
            })
        }
        Kinds::Struct(kind) => {
            let guard = guard(kind, krate);
            let decode = decoded(quote!(#krate::__private::decode::<#this>(__record)));
            impls(event, &Bodies {
                kinds: new_kind(kind, krate),
                kind: quote!(&#kinds[0]),
                encode: quote!(#krate::__private::encode::<#this>(&#kinds[0], self, __out)),
                decode: quote!(#guard #decode),
            })
        }
        Kinds::Enum(variants) => {
            let new_kinds = variants.iter().map(|variant| new_kind(&variant.kind, krate));
            let patterns = variants.iter().map(pattern);
            let indexes = 0..variants.len();
            let choice = choice(variants);
            let decode =
                decoded(quote!(#krate::__private::decode_variant::<#this>(__record, __variant)));
            impls(event, &Bodies {
                kinds: quote!(#(#new_kinds),*),
                kind: quote!(&#kinds[match self { #(#patterns => #indexes,)* }]),
                encode: quote! {
                    let __kind = <Self as #krate::Event>::kind(self);
                    #krate::__private::encode_variant::<#this>(__kind, self, __out)
                },
                decode: quote! {
                    let (__variant, __version) = #choice;
                    #krate::__private::check_version(__record, __version)?;
                    #decode
                },
            })
        }
    }
}

/// Stands in for an event with a mistake in it.
pub(crate) fn stub(event: &Event<'_>) -> TokenStream {
    impls(event, &Bodies {
        kinds: TokenStream::new(),
        kind: quote!(loop {}),
        encode: quote!(let _ = __out; loop {}),
        decode: quote!(let _ = __record; loop {}),
    })
}

struct Bodies {
    kinds: TokenStream,
    kind: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
}

fn impls(event: &Event<'_>, bodies: &Bodies) -> TokenStream {
    let Bodies { kinds, kind, encode, decode } = bodies;
    let (ident, Krate(krate)) = (event.ident, &event.krate);
    let (_, ty_generics, _) = event.generics.split_for_impl();
    let encode_generics = decode_generics::encode(event.generics, &event.krate);
    let decode_generics = decode_generics::decode(event.generics, &event.krate);
    let (impl_encode, _, where_encode) = encode_generics.split_for_impl();
    let (impl_decode, _, where_decode) = decode_generics.split_for_impl();
    scoped(&quote! {
        #[automatically_derived]
        impl #impl_encode #krate::Event for #ident #ty_generics #where_encode {
            const KINDS: &'static [#krate::EventKind] = &[#kinds];

            fn kind(&self) -> &'static #krate::EventKind {
                #kind
            }

            fn encode(
                &self,
                __out: &mut #krate::__private::Vec<u8>,
            ) -> ::core::result::Result<(), #krate::EncodeError> {
                #encode
            }
        }

        #[automatically_derived]
        impl #impl_decode #krate::DecodeEvent<'__de> for #ident #ty_generics #where_decode {
            fn decode(
                __record: &#krate::RecordedEvent<'__de>,
            ) -> ::core::result::Result<::core::option::Option<Self>, #krate::DecodeError> {
                #decode
            }
        }
    })
}

fn new_kind(kind: &Kind, krate: &TokenStream) -> TokenStream {
    let Kind { name, version, aliases } = kind;
    quote!(#krate::EventKind::new(#name, #version, &[#(#aliases),*]))
}

/// Returns `None` for other types, and an error for other versions.
fn guard(kind: &Kind, krate: &TokenStream) -> TokenStream {
    let names = kind.names();
    let version = kind.version;
    quote! {
        if !::core::matches!(__record.event_type, #(#names)|*) {
            return ::core::result::Result::Ok(::core::option::Option::None);
        }
        #krate::__private::check_version(__record, #version)?;
    }
}

/// Chooses the index and the version of the variant by the stored name.
fn choice(variants: &[Variant<'_>]) -> TokenStream {
    let arms = variants.iter().zip(0u32..).map(|(variant, index)| {
        let names = variant.kind.names();
        let version = variant.kind.version;
        quote!(#(#names)|* => (#index, #version),)
    });
    quote! {
        match __record.event_type {
            #(#arms)*
            _ => return ::core::result::Result::Ok(::core::option::Option::None),
        }
    }
}

fn pattern(variant: &Variant<'_>) -> TokenStream {
    let ident: &Ident = variant.ident;
    match variant.fields {
        Fields::Unit => quote!(Self::#ident),
        Fields::Unnamed(_) => quote!(Self::#ident(..)),
        Fields::Named(_) => quote!(Self::#ident { .. }),
    }
}
