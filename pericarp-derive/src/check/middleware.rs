use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Path, Token};

use crate::errors::Errors;
use crate::messages;

/// The longest list of middlewares: the runtime has a chain for each number up to it.
const MOST: usize = 12;

/// A middleware that a request lists.
pub(crate) struct Entry {
    pub(crate) ty: Path,
    pub(crate) value: Expr,
}

pub(super) fn check(written: Vec<Expr>, errors: &mut Errors) -> Vec<Entry> {
    if let Some(one_too_many) = written.get(MOST) {
        errors.push(one_too_many.span(), messages::MIDDLEWARE_TOO_MANY);
    }
    let mut entries: Vec<Entry> = Vec::new();
    for value in written {
        let Some(ty) = type_of(&value) else {
            errors.push(value.span(), messages::MIDDLEWARE_FORM);
            continue;
        };
        let text = value.to_token_stream().to_string();
        if entries
            .iter()
            .any(|entry| entry.value.to_token_stream().to_string() == text)
        {
            errors.push(
                value.span(),
                messages::listed_twice(&name(&ty), "middleware"),
            );
        }
        entries.push(Entry { ty, value });
    }
    entries
}

/// The type that an expression is written with: `Retry` of `Retry`, `Retry { times: 3 }`,
/// `Retry::times(3)` and `Retry::times(3).jittered()`.
fn type_of(value: &Expr) -> Option<Path> {
    match value {
        Expr::Path(value) if value.qself.is_none() => last_type(&value.path),
        Expr::Struct(value) if value.qself.is_none() => last_type(&value.path),
        Expr::Call(call) => type_of(&call.func),
        Expr::MethodCall(call) => type_of(&call.receiver),
        Expr::Paren(inner) => type_of(&inner.expr),
        // What a `macro_rules!` macro was given.
        Expr::Group(inner) => type_of(&inner.expr),
        _ => None,
    }
}

/// A path up to the last of its words that is written as types are.
fn last_type(path: &Path) -> Option<Path> {
    let is_type = |word: &syn::PathSegment| {
        let text = word.ident.unraw().to_string();
        text.starts_with(char::is_uppercase)
            && (text.len() == 1 || text.contains(char::is_lowercase))
    };
    let last = path.segments.iter().rposition(is_type)?;
    let segments: Punctuated<_, Token![::]> =
        path.segments.iter().take(last + 1).cloned().collect();
    Some(Path {
        leading_colon: path.leading_colon,
        segments,
    })
}

fn name(ty: &Path) -> String {
    let last = ty.segments.last();
    last.map(|word| word.ident.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::type_of;

    #[test]
    fn the_type_of_an_entry_is_what_it_is_written_with() {
        #[track_caller]
        fn check(written: &str, expected: Option<&str>) {
            let ty = syn::parse_str(written)
                .ok()
                .and_then(|value| type_of(&value));
            let found = ty.map(|ty| ty.to_token_stream().to_string().replace(' ', ""));
            assert_eq!(found.as_deref(), expected, "{written}");
        }
        check("Logging", Some("Logging"));
        check("::a::Logging", Some("::a::Logging"));
        check("L", Some("L"));
        check("Retry(3)", Some("Retry"));
        check("a::Retry::times(3)", Some("a::Retry"));
        check("Retry::times(3).jittered(true)", Some("Retry"));
        check("Retry { times: 3 }", Some("Retry"));
        check("Retry::DEFAULT", Some("Retry"));
        check("(Retry::DEFAULT)", Some("Retry"));
        check("Observe::<Log<u8>>::new()", Some("Observe::<Log<u8>>"));
        check("r#Retry", Some("r#Retry"));
        check("limits::per_second(3)", None);
        check("LIMIT", None);
        check("&LIMIT", None);
        check("3", None);
        check("<Retry as Default>::default()", None);
        check("retry!(3)", None);
    }
}
