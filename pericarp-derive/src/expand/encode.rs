//! What writes an event, and sees to it that it can be read back.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Member;
use syn::ext::IdentExt;

use crate::check::borrowed::Unescaped;
use crate::check::event::Variant;

/// Writes a struct by `write`; then looks for escapes in the texts that have none.
pub(super) fn payload(unescaped: &Unescaped, write: &TokenStream) -> TokenStream {
    if unescaped.is_empty() {
        return write.clone();
    }
    let values = unescaped.iter().map(|member| quote!(&self.#member));
    let checks = checks(unescaped, values);
    checked(write, &checks)
}

/// Writes an enum by `write`; then looks for escapes in the texts of its variant.
pub(super) fn content(variants: &[Variant<'_>], write: &TokenStream) -> TokenStream {
    if variants.iter().all(|variant| variant.unescaped.is_empty()) {
        return write.clone();
    }
    let borrowing = variants.iter().filter(|v| !v.unescaped.is_empty());
    let arms = borrowing.map(|variant| {
        let (ident, members) = (variant.ident, &variant.unescaped);
        let names: Vec<_> = (0..members.len()).map(|i| format_ident!("__{i}")).collect();
        let checks = checks(members, names.iter().map(ToTokens::to_token_stream));
        quote!(Self::#ident { #(#members: #names,)* .. } => { #checks })
    });
    let check = quote! {
        match self {
            #(#arms)*
            _ => {}
        }
    };
    checked(write, &check)
}

fn checked(write: &TokenStream, check: &TokenStream) -> TokenStream {
    quote! {
        let __start = __out.len();
        #write?;
        let __escapes = __p::Escapes::new(<Self as __p::Event>::kind(self), __out, __start);
        #check
        __p::Ok(())
    }
}

fn checks(members: &[Member], values: impl Iterator<Item = TokenStream>) -> TokenStream {
    let names = members.iter().map(|member| match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    });
    quote!(#(__escapes.none_in(#names, #values)?;)*)
}
