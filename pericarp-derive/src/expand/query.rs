use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;

use super::{chain, scoped};
use crate::check::query::Query;
use crate::span::at;

pub(crate) fn expand(query: &Query<'_>) -> TokenStream {
    let ident = query.ident;
    let at_on = query.on.as_ref().map_or(ident.span(), at);
    let answer = quote_spanned!(at_on=> __p::answer::<_, Self>(__on, self).await);
    let steps = chain::steps(ident, query.generics, &query.middleware);
    impl_query(query, &chain::ty(&query.middleware), &answer, &steps)
}

/// Stands in for a query with a mistake in it; without what it is asked of there is none.
pub(crate) fn stub(query: &Query<'_>) -> TokenStream {
    let body = quote!(let _ = __on; loop {});
    impl_query(query, &quote!(()), &body, &TokenStream::new())
}

fn impl_query(
    query: &Query<'_>,
    chain: &TokenStream,
    answer: &TokenStream,
    steps: &TokenStream,
) -> TokenStream {
    let ident = query.ident;
    let Some(on) = &query.on else {
        return TokenStream::new();
    };
    let name = ident.unraw().to_string();
    let returns = match &query.returns {
        Some(ty) => ty.to_token_stream(),
        None => quote!(()),
    };
    let fault = match &query.error {
        Some(ty) => ty.to_token_stream(),
        None => quote!(__p::Infallible),
    };
    let (impl_generics, ty_generics, where_clause) = query.generics.split_for_impl();
    scoped(
        &query.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __p::Request for #ident #ty_generics #where_clause {
                const NAME: &'static __p::str = #name;
                const KIND: __p::RequestKind = __p::RequestKind::Query;
                type Answer = #returns;
                type Error = __p::AskError<#fault>;
                type Chain = #chain;
                type HandledBy = __p::ByReadModel;
            }

            #[automatically_derived]
            impl #impl_generics __p::Query for #ident #ty_generics #where_clause {
                type On = #on;
                type Fault = #fault;

                async fn answer_listed(&self, __on: &#on) -> __p::Result<#returns, #fault> {
                    #answer
                }
            }

            #steps
        },
    )
}
