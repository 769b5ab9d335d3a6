//! From a model to code that only names types and delegates to the runtime.

pub(crate) mod aggregate;
mod chain;
pub(crate) mod command;
pub(crate) mod described;
mod encode;
pub(crate) mod event;
mod generics;
mod older;
pub(crate) mod query;
pub(crate) mod shape;
mod sum;

use proc_macro2::TokenStream;
use quote::quote;

use crate::parse::Krate;
use crate::span::generated;

/// Puts `impls` where they can see the runtime as `__p`, and the user's crate cannot see them.
fn scoped(krate: &Krate, impls: &TokenStream) -> TokenStream {
    scoped_with(krate, &quote!(as __p), impls)
}

/// The same, where `imports` say how they see it.
fn scoped_with(Krate(krate): &Krate, imports: &TokenStream, impls: &TokenStream) -> TokenStream {
    generated(quote! {
        const _: () = {
            use #krate::__private #imports;
            #impls
        };
    })
}
