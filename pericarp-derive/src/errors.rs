use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::quote;

/// The mistakes of one item, reported together.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The compile errors, then `tokens`.
    pub(crate) fn before(&self, tokens: TokenStream) -> TokenStream {
        let errors = self.0.iter().map(syn::Error::to_compile_error);
        quote!(#(#errors)* #tokens)
    }
}
