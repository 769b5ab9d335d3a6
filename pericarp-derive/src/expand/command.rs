use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::scoped;
use crate::check::command::{Command, Mode};
use crate::parse::Krate;
use crate::span::at;

pub(crate) fn expand(command: &Command<'_>) -> TokenStream {
    let Krate(krate) = &command.krate;
    let aggregate = &command.aggregate;
    let id = command.id.iter().map(|(member, ty)| quote_spanned!(at(ty)=> &self.#member));
    let handle = quote_spanned! {at(command.ident)=>
        <#aggregate as #krate::Handle<Self>>::handle
    };
    impl_command(command, &quote!(#(#id)*), &quote!(#handle(__target, self)))
}

/// Stands in for a command with a mistake in it; without an aggregate there is none.
pub(crate) fn stub(command: &Command<'_>) -> TokenStream {
    let body = quote!(loop {});
    impl_command(command, &body, &quote!(let _ = __target; #body))
}

fn impl_command(command: &Command<'_>, id: &TokenStream, handle: &TokenStream) -> TokenStream {
    let (Krate(krate), ident) = (&command.krate, command.ident);
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
    let (impl_generics, ty_generics, where_clause) = command.generics.split_for_impl();
    scoped(&quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Command for #ident #ty_generics #where_clause {
            type Aggregate = #aggregate;
            type Returns = #returns;
            type Mode = #krate::#mode;

            fn id(&self) -> &<#aggregate as #krate::Aggregate>::Id {
                #id
            }

            fn handle_listed(
                &self,
                __target: <#krate::#mode as #krate::Mode<#aggregate>>::Target<'_>,
            ) -> ::core::result::Result<#returns, <#aggregate as #krate::Aggregate>::Error> {
                #handle
            }
        }
    })
}
