use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, Meta, Token};

/// What `#[serde(..)]` says at one place.
///
/// What cannot be parsed is serde's to report.
pub(crate) struct Serde(Vec<Word>);

struct Word {
    name: String,
    value: Value,
}

enum Value {
    /// It stands alone.
    None,
    Text(String),
    /// `(serialize = "..", deserialize = "..")`.
    Words(Vec<Word>),
}

impl Serde {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let serde = attrs.iter().filter(|attr| attr.path().is_ident("serde"));
        let lists = serde.filter_map(|attr| attr.meta.require_list().ok());
        Self(lists.flat_map(|list| words(list.tokens.clone())).collect())
    }

    /// Whether a word is there, with or without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The text of a word that has one.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.find(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a word that may be there more than once.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let words = self.0.iter().filter(move |word| word.name == name);
        words.filter_map(|word| match &word.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// What a word says about writing, and all that it says about reading.
    pub(crate) fn both(&self, name: &str) -> (Option<&str>, Vec<&str>) {
        match self.find(name) {
            Some(Value::Text(text)) => (Some(text), vec![text]),
            Some(Value::Words(words)) => {
                let texts = |wanted: &'static str| {
                    let found = words.iter().filter(move |word| word.name == wanted);
                    found.filter_map(|word| match &word.value {
                        Value::Text(text) => Some(text.as_str()),
                        _ => None,
                    })
                };
                (texts("serialize").next(), texts("deserialize").collect())
            }
            _ => (None, Vec::new()),
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().find(|word| word.name == name);
        found.map(|word| &word.value)
    }
}

/// Whether a word is said anywhere in an item.
pub(super) fn says(item: &DeriveInput, word: &str) -> bool {
    let said = |attrs: &[Attribute]| Serde::read(attrs).has(word);
    let in_fields = |fields: &Fields| fields.iter().any(|field| said(&field.attrs));
    said(&item.attrs)
        || match &item.data {
            Data::Struct(data) => in_fields(&data.fields),
            Data::Enum(data) => {
                let mut variants = data.variants.iter();
                variants.any(|variant| said(&variant.attrs) || in_fields(&variant.fields))
            }
            Data::Union(_) => false,
        }
}

fn words(tokens: TokenStream) -> Vec<Word> {
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let parsed = syn::parse::Parser::parse2(parser, tokens);
    parsed.into_iter().flatten().map(word).collect()
}

fn word(meta: Meta) -> Word {
    let name = meta.path().to_token_stream().to_string();
    let value = match meta {
        Meta::Path(_) => Value::None,
        Meta::List(list) => Value::Words(words(list.tokens)),
        Meta::NameValue(pair) => text(&pair.value).map_or(Value::None, Value::Text),
    };
    Word { name, value }
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        // A text that a `macro_rules!` macro was given.
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}
