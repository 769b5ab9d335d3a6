use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;

/// The place of `tokens`, for generated code: errors point there, and names resolve as they do
/// in all other generated code, even if `tokens` come out of a `macro_rules!` macro.
pub(crate) fn at(tokens: &impl Spanned) -> Span {
    resolved(tokens.span())
}

/// `tokens`, all of them at `span`: an error about them as a whole points there too.
pub(crate) fn all_at(span: Span, tokens: TokenStream) -> TokenStream {
    let respan = |token| match token {
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), all_at(span, group.stream()));
            new.set_span(span);
            TokenTree::Group(new)
        }
        mut other => {
            other.set_span(span);
            other
        }
    };
    tokens.into_iter().map(respan).collect()
}

/// `tokens`, where they were written, as code that this macro generates: the compiler then has no
/// lints about it, since nobody can mend it.
pub(crate) fn generated(tokens: TokenStream) -> TokenStream {
    let respan = |token| match token {
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), generated(group.stream()));
            new.set_span(resolved(group.span()));
            TokenTree::Group(new)
        }
        // It is the crate of the `macro_rules!` macro that wrote it.
        TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
        mut other => {
            other.set_span(resolved(other.span()));
            other
        }
    };
    tokens.into_iter().map(respan).collect()
}

fn resolved(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}
