//! From a model to code that only names types and delegates to the runtime.

pub(crate) mod aggregate;
pub(crate) mod command;
pub(crate) mod event;
mod decode_generics;
mod sum;

use proc_macro2::TokenStream;
use quote::quote;

/// Keeps `impls` from being named, and from being judged by the lints of the user's crate.
fn scoped(impls: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #impls
        };
    }
}
