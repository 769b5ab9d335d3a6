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

fn refuse(attrs: &[Attribute], words: &[&str], message: fn(&str) -> String, errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // What cannot be parsed is serde's to report.
        let parsed = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in parsed.into_iter().flatten() {
            if let Some(word) = words.iter().find(|word| meta.path().is_ident(word)) {
                errors.push(meta.path().span(), message(word));
            }
        }
    }
}
