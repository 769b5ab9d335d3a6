use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Lifetime, Type};

/// The lifetimes that `ty` mentions.
pub(crate) fn mentioned(ty: &Type) -> Vec<Ident> {
    let mut names = Vec::new();
    rewrite(ty.to_token_stream(), &mut |name| {
        names.push(name.clone());
        None
    });
    names
}

/// `ty` with every `'_` in it replaced by `lifetime`.
pub(crate) fn fill(ty: &Type, lifetime: &Lifetime) -> TokenStream {
    rewrite(ty.to_token_stream(), &mut |name| {
        (name == "_").then(|| lifetime.ident.clone())
    })
}

/// Tells `each` the name of every lifetime, and writes the name it answers in its place.
fn rewrite(tokens: TokenStream, each: &mut impl FnMut(&Ident) -> Option<Ident>) -> TokenStream {
    let mut after_apostrophe = false;
    let mut out = TokenStream::new();
    for token in tokens {
        let is_name = std::mem::take(&mut after_apostrophe);
        let token = match token {
            TokenTree::Ident(name) if is_name => {
                let mut answer = each(&name).unwrap_or_else(|| name.clone());
                answer.set_span(name.span());
                TokenTree::Ident(answer)
            }
            TokenTree::Group(group) => {
                let inner = rewrite(group.stream(), each);
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            TokenTree::Punct(punct) => {
                after_apostrophe = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            other => other,
        };
        out.extend(quote!(#token));
    }
    out
}
