use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{generics, scoped};
use crate::check::shape::{Body, Content, Field, Item, Names, Tag, Variant};

pub(crate) fn expand(item: &Item<'_>) -> TokenStream {
    let name = syn::ext::IdentExt::unraw(item.ident).to_string();
    let body = body(&item.body);
    shape(
        item,
        &quote!(__p::Form::Named(__p::Named::new::<Self>(#name, #body))),
    )
}

/// Stands in for a type with a mistake in it.
pub(crate) fn stub(item: &Item<'_>) -> TokenStream {
    shape(item, &quote!(<() as __p::Shape>::SHAPE))
}

fn shape(item: &Item<'_>, form: &TokenStream) -> TokenStream {
    let ident = item.ident;
    let (_, ty_generics, _) = item.generics.split_for_impl();
    let generics = generics::shape(item.generics.clone());
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    scoped(
        &item.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __p::Shape for #ident #ty_generics #where_clause {
                const SHAPE: __p::Form = #form;
            }
        },
    )
}

/// What is in a type, a variant or a payload.
pub(super) fn body(body: &Body) -> TokenStream {
    let struct_of = |kind: TokenStream, fields: &[Field]| {
        let fields = fields.iter().map(field);
        quote!(__p::Body::#kind(&[#(#fields),*]))
    };
    match body {
        Body::Unit => quote!(__p::Body::Unit),
        Body::Newtype(inner) => {
            let inner = content(inner);
            quote!(__p::Body::Newtype(#inner))
        }
        Body::Transparent(inner) => {
            let inner = content(inner);
            quote!(__p::Body::Transparent(#inner))
        }
        Body::TryFrom(inner) => {
            let inner = content(inner);
            quote!(__p::Body::TryFrom(#inner))
        }
        Body::Tuple(fields) => struct_of(quote!(Tuple), fields),
        Body::Struct(fields) => struct_of(quote!(Struct), fields),
        Body::Strict(fields) => struct_of(quote!(Strict), fields),
        Body::Enum(tag, variants) => {
            let tag = match tag {
                Tag::External => quote!(External),
                Tag::Internal(tag) => quote!(Internal(#tag)),
                Tag::Adjacent(tag, content) => quote!(Adjacent(#tag, #content)),
                Tag::Untagged => quote!(Untagged),
            };
            let variants = variants.iter().map(variant);
            quote!(__p::Body::Enum(__p::Tag::#tag, &[#(#variants),*]))
        }
    }
}

fn field(field: &Field) -> TokenStream {
    let (name, content) = (&field.names.written, content(&field.content));
    let mut tokens = quote!(__p::Field::new(#name, #content));
    names(&field.names, &mut tokens);
    let paths = [
        (&field.default, quote!(default)),
        (&field.skip_if, quote!(skip_if)),
    ];
    for (path, word) in paths {
        if let Some(path) = path {
            tokens.extend(quote!(.#word(#path)));
        }
    }
    if field.flatten {
        tokens.extend(quote!(.flatten()));
    }
    tokens
}

fn variant(variant: &Variant) -> TokenStream {
    let (name, body) = (&variant.names.written, body(&variant.body));
    let mut tokens = quote!(__p::Variant::new(#name, #body));
    names(&variant.names, &mut tokens);
    if variant.other {
        tokens.extend(quote!(.other()));
    }
    if variant.untagged {
        tokens.extend(quote!(.untagged()));
    }
    tokens
}

fn names(names: &Names, tokens: &mut TokenStream) {
    if let Some(name) = &names.read {
        tokens.extend(quote!(.reads(#name)));
    }
    if !names.aliases.is_empty() {
        let aliases = &names.aliases;
        tokens.extend(quote!(.aliases(&[#(#aliases),*])));
    }
    if names.never_written {
        tokens.extend(quote!(.never_written()));
    }
    if names.never_read {
        tokens.extend(quote!(.never_read()));
    }
}

fn content(content: &Content) -> TokenStream {
    let ty = content.ty.to_token_stream();
    match &content.by {
        None => quote!(__p::type_of!(#ty)),
        Some(by) => {
            let written = content.written();
            quote!(__p::Type::opaque(#written, #by))
        }
    }
}
