use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Meta, Token, parenthesized};

use crate::errors::Errors;
use crate::messages;
use crate::nearest::nearest;

/// A word of an attribute, and how it is written.
pub(crate) struct Word {
    pub(crate) name: &'static str,
    /// Empty if it stands alone.
    pub(crate) form: &'static str,
    /// Whether an attribute is not complete without it.
    required: bool,
    /// Whether it may be given several times.
    repeats: bool,
}

impl Word {
    pub(crate) const fn required(name: &'static str, form: &'static str) -> Self {
        Self {
            name,
            form,
            required: true,
            repeats: false,
        }
    }

    pub(crate) const fn optional(name: &'static str, form: &'static str) -> Self {
        Self {
            name,
            form,
            required: false,
            repeats: false,
        }
    }

    pub(crate) const fn repeated(name: &'static str, form: &'static str) -> Self {
        Self {
            name,
            form,
            required: false,
            repeats: true,
        }
    }
}

pub(crate) const CRATE: Word = Word::optional("crate", "crate = path::to::pericarp");

pub(crate) const MIDDLEWARE: Word =
    Word::optional("middleware", "middleware(Outermost, Innermost::new(3))");

/// An attribute and the words it knows at one kind of place.
pub(crate) struct Words {
    pub(crate) attribute: &'static str,
    pub(crate) known: &'static [Word],
}

/// A word that was written, or attempted: one whose mistake is reported already.
pub(crate) struct Given {
    pub(crate) name: &'static str,
    pub(crate) span: Span,
}

/// What has been read of an item's attributes so far.
struct Reading<'r> {
    errors: &'r mut Errors,
    given: &'r mut Vec<Given>,
    attempted: &'r mut Vec<Given>,
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
        let mut attempted = Vec::new();
        for attr in attrs
            .iter()
            .filter(|attr| attr.path().is_ident(self.attribute))
        {
            let Meta::List(list) = &attr.meta else {
                errors.push(
                    attr.path().span(),
                    messages::not_a_list(self.attribute, &self.required_form()),
                );
                attempted.extend(self.required(attr.path().span()));
                continue;
            };
            let read = list.parse_args_with(|input: ParseStream<'_>| {
                while !input.is_empty() {
                    let mut reading = Reading {
                        errors,
                        given: &mut given,
                        attempted: &mut attempted,
                    };
                    self.read_word(input, &mut reading, &mut set);
                    skip_to_next_word(input);
                }
                Ok(())
            });
            if let Err(error) = read {
                errors.push(error.span(), error);
            }
        }
        attempted.retain(|word| given.iter().all(|given| given.name != word.name));
        given.extend(attempted);
        given
    }

    fn read_word(
        &self,
        input: ParseStream<'_>,
        Reading {
            errors,
            given,
            attempted,
        }: &mut Reading<'_>,
        set: &mut impl FnMut(&'static str, ParseStream<'_>) -> syn::Result<()>,
    ) {
        let Ok(ident) = input.call(Ident::parse_any) else {
            attempted.extend(self.required(input.span()));
            return errors.push(input.span(), messages::not_a_word(&self.known_names()));
        };
        let Some(word) = self.known.iter().find(|word| ident == word.name) else {
            let typed = ident.to_string();
            let near = nearest(&typed, self.known.iter().map(|word| word.name));
            attempted.extend(near.map(|name| Given {
                name,
                span: ident.span(),
            }));
            let message = match near {
                Some(near) => messages::misspelt_word(&typed, self.attribute, near),
                None => messages::unknown_word(&typed, self.attribute, &self.known_names()),
            };
            return errors.push(ident.span(), message);
        };
        if !word.repeats && given.iter().any(|given| given.name == word.name) {
            return errors.push(ident.span(), messages::given_twice(word.name));
        }
        given.push(Given {
            name: word.name,
            span: ident.span(),
        });
        let wrong_form = match word.form {
            "" => messages::stands_alone(word.name),
            form => messages::wrong_form(word.name, form),
        };
        let value = input.cursor();
        match set(word.name, input) {
            Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
            Ok(()) if input.peek(Ident::peek_any) => {
                errors.push(input.span(), messages::no_comma(word.name));
            }
            Err(error) if input.cursor() != value => errors.push(error.span(), wrong_form),
            _ if input.is_empty() || input.peek(Token![,]) => {
                errors.push(ident.span(), wrong_form);
            }
            _ => errors.push(input.span(), wrong_form),
        }
    }

    /// The words the attribute needs, as they are written.
    pub(crate) fn required_form(&self) -> String {
        let required = self.known.iter().filter(|word| word.required);
        let forms: Vec<_> = required
            .map(|word| {
                if word.form.is_empty() {
                    word.name
                } else {
                    word.form
                }
            })
            .collect();
        forms.join(", ")
    }

    fn required(&self, span: Span) -> impl Iterator<Item = Given> {
        let required = self.known.iter().filter(|word| word.required);
        required.map(move |word| Given {
            name: word.name,
            span,
        })
    }

    fn known_names(&self) -> String {
        let names: Vec<_> = self
            .known
            .iter()
            .map(|word| format!("`{}`", word.name))
            .collect();
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
    let items = inside(input, terminated)?;
    // Behind the parentheses, so that the mistake is at their end.
    some(items, input)
}

/// Reads `item, ..`, with at least one item.
pub(crate) fn items<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let items = terminated(input)?;
    some(items, input)
}

fn terminated<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let items = Punctuated::<T, Token![,]>::parse_terminated(input)?;
    Ok(items.into_iter().collect())
}

fn some<T>(items: Vec<T>, input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    if items.is_empty() {
        return Err(input.error("nothing is listed"));
    }
    Ok(items)
}

/// Reads what is inside parentheses. After a mistake nothing is left in them, since what is left
/// would be reported as well.
pub(crate) fn inside<T>(
    input: ParseStream<'_>,
    read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let content;
    parenthesized!(content in input);
    let value = read(&content);
    if value.is_err() {
        content.parse::<TokenStream>()?;
    }
    value
}
