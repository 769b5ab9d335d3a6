use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Token, parenthesized};

use crate::errors::Errors;
use crate::messages;
use crate::nearest::nearest;

/// A word of an attribute, and how it is written.
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) form: &'static str,
}

pub(crate) const CRATE: Word = Word { name: "crate", form: "crate = path::to::pericarp" };

/// An attribute and the words it knows at one kind of place.
pub(crate) struct Words {
    pub(crate) attribute: &'static str,
    pub(crate) known: &'static [Word],
}

/// A word that was written.
pub(crate) struct Given {
    pub(crate) name: &'static str,
    pub(crate) span: Span,
}

impl Words {
    /// Reads each word of each `#[attribute(..)]` in `attrs` and lets `set` take its value.
    ///
    /// Goes on after a mistake, so that all are found.
    pub(crate) fn read(
        &self,
        attrs: &[Attribute],
        errors: &mut Errors,
        mut set: impl FnMut(&'static str, ParseStream<'_>) -> syn::Result<()>,
    ) -> Vec<Given> {
        let mut given = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(self.attribute)) {
            let Meta::List(list) = &attr.meta else {
                errors.push(
                    attr.path().segments.first().map_or_else(Span::call_site, |s| s.ident.span()),
                    messages::not_a_list(self.attribute),
                );
                continue;
            };
            let read = list.parse_args_with(|input: ParseStream<'_>| {
                while !input.is_empty() {
                    self.read_word(input, errors, &mut given, &mut set);
                    skip_to_next_word(input);
                }
                Ok(())
            });
            if let Err(error) = read {
                errors.push(error.span(), error);
            }
        }
        given
    }

    fn read_word(
        &self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        given: &mut Vec<Given>,
        set: &mut impl FnMut(&'static str, ParseStream<'_>) -> syn::Result<()>,
    ) {
        let Ok(ident) = input.call(Ident::parse_any) else {
            return errors.push(input.span(), messages::not_a_word(&self.known_names()));
        };
        let Some(word) = self.known.iter().find(|word| ident == word.name) else {
            return errors.push(ident.span(), self.unknown(&ident));
        };
        if given.iter().any(|given| given.name == word.name) {
            return errors.push(ident.span(), messages::given_twice(word.name));
        }
        given.push(Given { name: word.name, span: ident.span() });
        let value = input.cursor();
        match set(word.name, input) {
            Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
            Err(error) if input.cursor() != value => {
                errors.push(error.span(), messages::wrong_form(word.name, word.form));
            }
            _ if input.is_empty() || input.peek(Token![,]) => {
                errors.push(ident.span(), messages::wrong_form(word.name, word.form));
            }
            _ => errors.push(input.span(), messages::wrong_form(word.name, word.form)),
        }
    }

    fn unknown(&self, ident: &Ident) -> String {
        let typed = ident.to_string();
        match nearest(&typed, self.known.iter().map(|word| word.name)) {
            Some(word) => messages::misspelt_word(&typed, self.attribute, word),
            None => messages::unknown_word(&typed, self.attribute, &self.known_names()),
        }
    }

    fn known_names(&self) -> String {
        let names: Vec<_> = self.known.iter().map(|word| format!("`{}`", word.name)).collect();
        names.join(", ")
    }
}

/// Skips what is left of a word, and the comma after it.
///
/// A comma inside `<..>` is at the same level of tokens; the end of a word is one that something
/// like a word follows.
fn skip_to_next_word(input: ParseStream<'_>) {
    while !input.is_empty() {
        let comma = input.peek(Token![,]);
        if input.parse::<TokenTree>().is_err() || (comma && (input.is_empty() || at_word(input))) {
            return;
        }
    }
}

fn at_word(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_err()
        || ahead.is_empty()
        || ahead.peek(Token![=])
        || ahead.peek(Token![,])
        || ahead.peek(syn::token::Paren)
}

/// Reads `= value`.
pub(crate) fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Reads `(item, ..)`, with at least one item.
pub(crate) fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let items;
    parenthesized!(items in input);
    let items = Punctuated::<T, Token![,]>::parse_terminated(&items)?;
    if items.is_empty() {
        return Err(input.error("nothing is listed"));
    }
    Ok(items.into_iter().collect())
}
