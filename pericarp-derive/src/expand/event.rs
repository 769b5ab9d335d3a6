use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, Ident};

use super::older::{self, To};
use super::{encode, generics, scoped};
use crate::check::event::{Event, Kinds, Variant, Variants};
use crate::check::kind::Kind;
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
            decode: arms(
                event,
                kind,
                |version| quote!(__p::decode_unit_as(__record, #version, Self, __take)),
            ),
            rest: TokenStream::new(),
        },
        Kinds::Struct(kind, unescaped) => Bodies {
            kinds: new_kind(kind),
            kind: quote!(&#kinds[0]),
            encode: encode::payload(unescaped, &quote!(#write::encode(self, &#kinds[0], __out))),
            decode: arms(
                event,
                kind,
                |version| quote!(#read::decode(__record, #version, __take)),
            ),
            rest: TokenStream::new(),
        },
        Kinds::Enum(variants) => {
            let new_kinds = variants
                .stored
                .iter()
                .map(|variant| new_kind(&variant.kind));
            let patterns = variants.stored.iter().map(pattern);
            let indexes = 0..variants.stored.len();
            let kept = variants.keeping.iter().map(|variant| variant.ident);
            Bodies {
                kinds: quote!(#(#new_kinds),*),
                kind: quote! {
                    &#kinds[match self {
                        #(#patterns => #indexes,)*
                        #(Self::#kept(..) => return __p::KEPT,)*
                    }]
                },
                encode: encode::content(
                    &variants.stored,
                    &quote!(#write::encode_variant(self, <Self as __p::Event>::kind(self), __out)),
                ),
                decode: enum_arms(event, variants, &read),
                rest: rest(variants),
            }
        }
    };
    let arms = &bodies.decode;
    let decode = quote! {
        match __record.event_type {
            #arms
            _ => __p::Ok(__p::Reading::Unknown),
        }
    };
    impls(event, &Bodies { decode, ..bodies })
}

/// What reads a struct, and takes its part of older events.
fn arms(event: &Event<'_>, kind: &Kind, current: impl FnOnce(u32) -> TokenStream) -> TokenStream {
    let arm = older::arm(kind, event.generics, current);
    let name = kind.name.value();
    let splits = kind
        .splits
        .iter()
        .map(|split| older::split_arm(split, To::Part(&name), event.generics));
    quote!(#arm #(#splits)*)
}

fn enum_arms(event: &Event<'_>, variants: &Variants<'_>, read: &TokenStream) -> TokenStream {
    // Serde does not number the variants that it skips.
    let arms = variants.stored.iter().zip(0u32..).map(|(variant, index)| {
        older::arm(
            &variant.kind,
            event.generics,
            |version| quote!(#read::decode_variant(__record, #version, #index, __take)),
        )
    });
    let splits = variants.splits().into_iter().map(|split| {
        let into = variants.taking(&split.name);
        older::split_arm(split, To::Parts(&into), event.generics)
    });
    let dropped = (!variants.dropped.is_empty()).then(|| {
        let names = &variants.dropped;
        quote!(#(#names)|* => __p::Ok(__p::Reading::Dropped),)
    });
    quote!(#(#arms)* #(#splits)* #dropped)
}

/// What an enum does about the events that no variant reads.
fn rest(variants: &Variants<'_>) -> TokenStream {
    let names = &variants.dropped;
    let dropped = (!names.is_empty())
        .then(|| quote!(const DROPPED: &'static [&'static __p::str] = &[#(#names),*];));
    let keep = (!variants.keeping.is_empty()).then(|| {
        let arms = variants.keeping.iter().flat_map(|variant| {
            let ident = variant.ident;
            // A field of another type is reported at the variant.
            let kept = quote_spanned!(at(ident)=> Self::#ident(*__record));
            let arm = |reason: TokenStream| quote!(__p::Unread::#reason => __p::Some(#kept),);
            let unknown = variant.unknown.then(|| arm(quote!(Unknown)));
            let newer = variant.newer.then(|| arm(quote!(Newer)));
            [unknown, newer]
        });
        quote! {
            const KEEPS: __p::bool = true;

            fn keep(
                __record: &__p::RecordedEvent<'__de>,
                __reason: __p::Unread,
            ) -> __p::Option<Self> {
                match __reason {
                    #(#arms)*
                    _ => __p::None,
                }
            }
        }
    });
    quote!(#dropped #keep)
}

/// Stands in for an event with a mistake in it.
pub(crate) fn stub(event: &Event<'_>) -> TokenStream {
    impls(
        event,
        &Bodies {
            kinds: TokenStream::new(),
            kind: quote!(loop {}),
            encode: quote!(let _ = __out; loop {}),
            decode: quote!(let _ = (__record, __take); loop {}),
            rest: TokenStream::new(),
        },
    )
}

struct Bodies {
    kinds: TokenStream,
    kind: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
    /// Further items of the reader.
    rest: TokenStream,
}

fn impls(event: &Event<'_>, bodies: &Bodies) -> TokenStream {
    let Bodies {
        kinds,
        kind,
        encode,
        decode,
        rest,
    } = bodies;
    let ident = event.ident;
    let (_, ty_generics, _) = event.generics.split_for_impl();
    let encode_generics = generics::encode(event);
    let decode_generics = generics::decode(event);
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
                #rest

                #[inline]
                fn decode_each(
                    __record: &__p::RecordedEvent<'__de>,
                    __take: impl __p::FnMut(Self),
                ) -> __p::Result<__p::Reading, __p::DecodeError> {
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
        splits,
        ..
    } = kind;
    let splits = (!splits.is_empty()).then(|| {
        let splits = splits.iter().map(|split| {
            let (name, newest) = (&split.name, split.versions.newest());
            quote!(__p::Split::new(#name, #newest))
        });
        quote!(.split_from(&[#(#splits),*]))
    });
    quote!(__p::EventKind::new(#name, #version, &[#(#aliases),*])#splits)
}

fn pattern(variant: &Variant<'_>) -> TokenStream {
    let ident: &Ident = variant.ident;
    match variant.shape {
        Fields::Unit => quote!(Self::#ident),
        Fields::Unnamed(_) => quote!(Self::#ident(..)),
        Fields::Named(_) => quote!(Self::#ident { .. }),
    }
}
