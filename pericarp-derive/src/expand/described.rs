use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::LitStr;

use super::{generics, scoped, shape};
use crate::check::aggregate::Aggregate;
use crate::check::event::{Event, Kinds};
use crate::check::kind::Kind;
use crate::check::shape::Body;
use crate::check::versions::Chain;

/// The shapes of an event type, one for each of its kinds; none, if there is a mistake in it.
pub(crate) fn event(event: &Event<'_>, payloads: &[Body]) -> TokenStream {
    let (kinds, dropped): (Vec<_>, &[LitStr]) = match &event.kinds {
        Kinds::Unit(kind) | Kinds::Struct(kind, _) => (vec![kind], &[]),
        Kinds::Enum(variants) => {
            let kinds = variants.stored.iter().map(|variant| &variant.kind);
            (kinds.collect(), &variants.dropped)
        }
    };
    let entries = payloads.iter().zip(kinds).enumerate();
    let entries = entries.map(|(index, (payload, kind))| {
        let (payload, older) = (shape::body(payload), older(kind));
        quote!(__p::Entry::Event(
            __p::EventShape::new(<Self as __p::Event>::KINDS[#index], #payload)#older
        ))
    });
    let entries = entries.chain(self::dropped(dropped));
    let ident = event.ident;
    let (_, ty_generics, _) = event.generics.split_for_impl();
    let generics = generics::shape(generics::encode(event));
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    scoped(
        &event.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __p::Described for #ident #ty_generics #where_clause {
                const SHAPES: &'static [__p::Entry] = &[#(#entries),*];
            }
        },
    )
}

/// What older events it reads.
fn older(kind: &Kind) -> TokenStream {
    let upcast = versions(&kind.upcast);
    let splits = kind.splits.iter().map(|split| {
        let (name, versions) = (&split.name, versions(&split.versions));
        quote!((#name, #versions))
    });
    let older = (!kind.upcast.is_empty()).then(|| quote!(.older(#upcast)));
    let splits = (!kind.splits.is_empty()).then(|| quote!(.splits(&[#(#splits),*])));
    quote!(#older #splits)
}

/// Each version, and what it is read as.
fn versions(chain: &Chain) -> TokenStream {
    let versions = chain.steps().map(|(version, ty)| {
        let ty = ty.to_token_stream();
        quote!((#version, __p::type_of!(#ty)))
    });
    quote!(&[#(#versions),*])
}

fn dropped(names: &[LitStr]) -> Option<TokenStream> {
    (!names.is_empty()).then(|| quote!(__p::Entry::Dropped(&[#(#names),*])))
}

/// The shapes of the events that an aggregate lists, which are in `__LISTS`.
pub(super) fn aggregate(aggregate: &Aggregate<'_>) -> TokenStream {
    let ident = aggregate.ident;
    quote! {
        impl __p::Described for #ident {
            const SHAPES: __p::Shapes = &[__p::Entry::category::<Self>(__LISTS)];
        }
    }
}
