use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse_quote;

use super::{chain, scoped};
use crate::check::command::{Command, Mode};
use crate::check::middleware::Entry;
use crate::span::{all_at, at};

pub(crate) fn expand(command: &Command<'_>) -> TokenStream {
    let id = command
        .id
        .iter()
        .map(|(member, ty)| quote_spanned!(at(ty)=> <#ty as __p::HoldsId<_>>::id(&self.#member)));
    let handle = quote_spanned! {at(command.ident)=>
        <<Self as __p::Command>::Aggregate as __p::Handle<Self>>::handle
    };
    impl_command(
        command,
        &command.middleware,
        &quote!(#(#id)*),
        &quote!(#handle(__target, self)),
    )
}

/// Stands in for a command with a mistake in it; without an aggregate there is none.
pub(crate) fn stub(command: &Command<'_>) -> TokenStream {
    let body = quote!(loop {});
    impl_command(command, &[], &body, &quote!(let _ = __target; #body))
}

fn impl_command(
    command: &Command<'_>,
    middleware: &[Entry],
    id: &TokenStream,
    handle: &TokenStream,
) -> TokenStream {
    let ident = command.ident;
    let Some(aggregate) = &command.aggregate else {
        return TokenStream::new();
    };
    let returns = match &command.returns {
        Some(ty) => ty.to_token_stream(),
        None => quote!(()),
    };
    let mode = match command.mode {
        Mode::Changes => quote!(Changes),
        Mode::Creates => quote!(Creates),
        Mode::MustExist => quote!(MustExist),
    };
    // A type that is no aggregate is reported here, once: the rest may take it for granted.
    let mut generics = command.generics.clone();
    let bound = all_at(at(aggregate), quote!(#aggregate: __p::Aggregate));
    generics
        .make_where_clause()
        .predicates
        .push(parse_quote!(#bound));
    let name = ident.unraw().to_string();
    let chain = chain::ty(middleware);
    let steps = chain::steps(ident, &generics, middleware);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    scoped(
        &command.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __p::Command for #ident #ty_generics #where_clause {
                const NAME: &'static __p::str = #name;
                type Aggregate = #aggregate;
                type Returns = #returns;
                type Mode = __p::#mode;
                type Chain = #chain;

                fn id(&self) -> &<#aggregate as __p::Aggregate>::Id {
                    #id
                }

                fn handle_listed(
                    &self,
                    __target: <__p::#mode as __p::Mode<#aggregate>>::Target<'_>,
                ) -> __p::Result<#returns, <#aggregate as __p::Aggregate>::Error> {
                    #handle
                }
            }

            #steps
        },
    )
}
