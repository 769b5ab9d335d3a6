use syn::{Attribute, Meta, Token, punctuated::Punctuated, spanned::Spanned};

use crate::errors::Errors;
use crate::messages;

const ON_ENUM: [&str; 10] = [
    "tag",
    "content",
    "untagged",
    "from",
    "into",
    "try_from",
    "transparent",
    "remote",
    "field_identifier",
    "variant_identifier",
];
const ON_VARIANT: [&str; 5] = [
    "skip",
    "skip_serializing",
    "skip_deserializing",
    "other",
    "untagged",
];

/// Refuses what would make serde write or number the variants in another way.
pub(super) fn check_enum(attrs: &[Attribute], errors: &mut Errors) {
    refuse(attrs, &ON_ENUM, messages::serde_form, errors);
}

/// Refuses what would make serde leave the variant out or read it in another way.
pub(super) fn check_variant(attrs: &[Attribute], errors: &mut Errors) {
    refuse(attrs, &ON_VARIANT, messages::serde_variant, errors);
}

/// Whether a struct is read by way of another type, so that its fields are not read as such.
pub(super) fn is_read_as_another(attrs: &[Attribute]) -> bool {
    words(attrs).any(|word| word.path().is_ident("from") || word.path().is_ident("try_from"))
}

fn refuse(attrs: &[Attribute], words: &[&str], message: fn(&str) -> String, errors: &mut Errors) {
    for meta in self::words(attrs) {
        if let Some(word) = words.iter().find(|word| meta.path().is_ident(word)) {
            errors.push(meta.path().span(), message(word));
        }
    }
}

/// The words of serde's attributes. What cannot be parsed is serde's to report.
pub(super) fn words(attrs: &[Attribute]) -> impl Iterator<Item = Meta> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("serde"))
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
}
