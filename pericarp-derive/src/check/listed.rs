use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use crate::errors::Errors;
use crate::{lifetimes, messages};

/// An event that an aggregate lists.
pub(crate) struct Listed<'w> {
    pub(crate) ty: &'w Type,
    /// The last word of its path: the name of its variant.
    pub(crate) name: Ident,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Creates,
    Applies,
    Either,
}

/// Merges the two lists, in the order they are written in.
pub(super) fn merge<'w>(
    created_by: &'w [Type],
    events: &'w [Type],
    errors: &mut Errors,
) -> Vec<Listed<'w>> {
    let mut all: Vec<Listed<'w>> = Vec::new();
    let created_by = created_by.iter().map(|ty| (ty, Role::Creates));
    for (ty, role) in created_by.chain(events.iter().map(|ty| (ty, Role::Applies))) {
        let Some(name) = check_type(ty, errors) else {
            continue;
        };
        let text = ty.to_token_stream().to_string();
        let same_type = |other: &&mut Listed<'_>| other.ty.to_token_stream().to_string() == text;
        match all.iter_mut().find(same_type) {
            Some(other) if other.role == Role::Creates && role == Role::Applies => {
                other.role = Role::Either;
            }
            Some(_) => {
                let list = if role == Role::Creates {
                    "created_by"
                } else {
                    "events"
                };
                errors.push(ty.span(), messages::listed_twice(&name.to_string(), list));
            }
            None => {
                if all.iter().any(|other| other.name == name) {
                    errors.push(name.span(), messages::same_variant(&name));
                }
                all.push(Listed { ty, name, role });
            }
        }
    }
    all
}

fn check_type(ty: &Type, errors: &mut Errors) -> Option<Ident> {
    check_lifetimes(ty, errors);
    let name = last_word(ty);
    if name.is_none() {
        errors.push(ty.span(), messages::LISTED_NOT_A_PATH);
    }
    name
}

/// Refuses lifetimes that the generated code does not have.
pub(super) fn check_lifetimes(ty: &Type, errors: &mut Errors) {
    for lifetime in lifetimes::mentioned(ty) {
        if lifetime != "_" && lifetime != "static" {
            errors.push(lifetime.span(), messages::LISTED_LIFETIME);
        }
    }
}

fn last_word(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|word| word.ident.clone()),
        // A type that a `macro_rules!` macro was given.
        Type::Group(group) => last_word(&group.elem),
        _ => None,
    }
}
