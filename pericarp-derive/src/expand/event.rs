use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, Ident};

use super::{generics, scoped};
use crate::check::event::{Event, Kind, Kinds, Variant};
use crate::span::at;

pub(crate) fn expand(event: &Event<'_>) -> TokenStream {
    let kinds = quote!(<Self as __p::Event>::KINDS);
    // An error about serde points at the name of the user's type.
    let write = quote_spanned!(at(event.ident)=> <Self as __p::Encode>);
    let read = quote_spanned!(at(event.ident)=> <Self as __p::Decode<'__de>>);
    let bodies = match &event.kinds {
        Kinds::Unit(kind) => Bodies {
            kinds: new_kind(kind),
            kind: quote!(&#kinds[0]),
            encode: quote! {
                __p::encode_unit(__out);
                __p::Ok(())
            },
            decode: arm(
                kind,
                |version| quote!(__p::decode_unit_as(__record, #version, Self)),
            ),
        },
        Kinds::Struct(kind) => Bodies {
            kinds: new_kind(kind),
            kind: quote!(&#kinds[0]),
            encode: quote!(#write::encode(self, &#kinds[0], __out)),
            decode: arm(kind, |version| quote!(#read::decode(__record, #version))),
        },
        Kinds::Enum(variants) => {
            let new_kinds = variants.iter().map(|variant| new_kind(&variant.kind));
            let patterns = variants.iter().map(pattern);
            let indexes = 0..variants.len();
            let arms = variants.iter().zip(0u32..).map(|(variant, index)| {
                arm(
                    &variant.kind,
                    |version| quote!(#read::decode_variant(__record, #version, #index)),
                )
            });
            Bodies {
                kinds: quote!(#(#new_kinds),*),
                kind: quote!(&#kinds[match self { #(#patterns => #indexes,)* }]),
                encode: quote! {
                    #write::encode_variant(self, <Self as __p::Event>::kind(self), __out)
                },
                decode: quote!(#(#arms)*),
            }
        }
    };
    let arms = &bodies.decode;
    let decode = quote! {
        match __record.event_type {
            #arms
            _ => __p::Ok(__p::None),
        }
    };
    impls(event, &Bodies { decode, ..bodies })
}

/// Stands in for an event with a mistake in it.
pub(crate) fn stub(event: &Event<'_>) -> TokenStream {
    impls(
        event,
        &Bodies {
            kinds: TokenStream::new(),
            kind: quote!(loop {}),
            encode: quote!(let _ = __out; loop {}),
            decode: quote!(let _ = __record; loop {}),
        },
    )
}

struct Bodies {
    kinds: TokenStream,
    kind: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
}

fn impls(event: &Event<'_>, bodies: &Bodies) -> TokenStream {
    let Bodies {
        kinds,
        kind,
        encode,
        decode,
    } = bodies;
    let ident = event.ident;
    let (_, ty_generics, _) = event.generics.split_for_impl();
    let encode_generics = generics::encode(event.generics);
    let decode_generics = generics::decode(event.generics);
    let (impl_encode, _, where_encode) = encode_generics.split_for_impl();
    let (impl_decode, _, where_decode) = decode_generics.split_for_impl();
    scoped(
        &event.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_encode __p::Event for #ident #ty_generics #where_encode {
                const KINDS: &'static [__p::EventKind] = &[#kinds];

                fn kind(&self) -> &'static __p::EventKind {
                    #kind
                }

                fn encode(
                    &self,
                    __out: &mut __p::Vec<u8>,
                ) -> __p::Result<(), __p::EncodeError> {
                    #encode
                }
            }

            #[automatically_derived]
            impl #impl_decode __p::DecodeEvent<'__de> for #ident #ty_generics #where_decode {
                fn decode(
                    __record: &__p::RecordedEvent<'__de>,
                ) -> __p::Result<__p::Option<Self>, __p::DecodeError> {
                    #decode
                }
            }
        },
    )
}

fn new_kind(kind: &Kind) -> TokenStream {
    let Kind {
        name,
        version,
        aliases,
    } = kind;
    quote!(__p::EventKind::new(#name, #version, &[#(#aliases),*]))
}

/// What decodes an event that is stored under the name of `kind`, or under an alias.
fn arm(kind: &Kind, decode: impl FnOnce(u32) -> TokenStream) -> TokenStream {
    let names = kind.names();
    let decode = decode(kind.version);
    quote!(#(#names)|* => #decode,)
}

fn pattern(variant: &Variant<'_>) -> TokenStream {
    let ident: &Ident = variant.ident;
    match variant.fields {
        Fields::Unit => quote!(Self::#ident),
        Fields::Unnamed(_) => quote!(Self::#ident(..)),
        Fields::Named(_) => quote!(Self::#ident { .. }),
    }
}
