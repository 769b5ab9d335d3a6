use syn::{Data, DeriveInput, Generics, Ident, Type};

use super::serde::Serde;
use super::{Krate, misplaced};
use crate::errors::Errors;
use crate::words::{CRATE, Words};

const WORDS: Words = Words {
    attribute: "shape",
    known: &[CRATE],
};

/// A type as it was written, with what serde is told about it.
pub(crate) struct Item<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) shape: Shape<'i>,
}

pub(crate) struct Shape<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) serde: Serde,
    pub(crate) body: Body<'i>,
}

pub(crate) enum Body<'i> {
    Struct(Fields<'i>),
    Enum(Vec<Variant<'i>>),
    Union,
}

pub(crate) enum Fields<'i> {
    Unit,
    Unnamed(Vec<Field<'i>>),
    Named(Vec<Field<'i>>),
}

pub(crate) struct Field<'i> {
    /// Empty in a tuple.
    pub(crate) name: String,
    pub(crate) ty: &'i Type,
    pub(crate) serde: Serde,
}

pub(crate) struct Variant<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) serde: Serde,
    pub(crate) fields: Fields<'i>,
}

/// An item that derives `Shape`.
pub(crate) fn parse<'i>(item: &'i DeriveInput, errors: &mut Errors) -> Item<'i> {
    let mut krate = Krate::default();
    WORDS.read(&item.attrs, errors, |_, input| {
        krate = Krate::parse(input)?;
        Ok(())
    });
    misplaced::inside("shape", item, errors);
    Item {
        ident: &item.ident,
        generics: &item.generics,
        krate,
        shape: shape(item),
    }
}

/// What serde makes of an item.
pub(crate) fn shape(item: &DeriveInput) -> Shape<'_> {
    let body = match &item.data {
        Data::Struct(data) => Body::Struct(fields(&data.fields)),
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| Variant {
                ident: &variant.ident,
                serde: Serde::read(&variant.attrs),
                fields: fields(&variant.fields),
            });
            Body::Enum(variants.collect())
        }
        Data::Union(_) => Body::Union,
    };
    Shape {
        ident: &item.ident,
        serde: Serde::read(&item.attrs),
        body,
    }
}

fn fields(fields: &syn::Fields) -> Fields<'_> {
    let all = fields.iter().map(|field| Field {
        name: field.ident.as_ref().map_or_else(String::new, |ident| {
            syn::ext::IdentExt::unraw(ident).to_string()
        }),
        ty: &field.ty,
        serde: Serde::read(&field.attrs),
    });
    match fields {
        syn::Fields::Unit => Fields::Unit,
        syn::Fields::Unnamed(_) => Fields::Unnamed(all.collect()),
        syn::Fields::Named(_) => Fields::Named(all.collect()),
    }
}
