use proc_macro2::Span;
use syn::spanned::Spanned;

/// The place of `tokens`, for generated code: errors point there, and names resolve as they do
/// in all other generated code, even if `tokens` come out of a `macro_rules!` macro.
pub(crate) fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}
