//! From an item to the words that were written on it, right or wrong.

pub(crate) mod aggregate;
pub(crate) mod command;
pub(crate) mod event;
pub(crate) mod fields;
mod misplaced;
pub(crate) mod query;
pub(crate) mod serde;
pub(crate) mod shape;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Where `pericarp` is.
#[derive(Clone)]
pub(crate) struct Krate(pub(crate) TokenStream);

impl Default for Krate {
    fn default() -> Self {
        Self(quote!(::pericarp))
    }
}

impl Krate {
    pub(crate) fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<syn::Token![=]>()?;
        let path = Path::parse_mod_style(input)?;
        Ok(Self(quote!(#path)))
    }
}
