use syn::spanned::Spanned;
use syn::{Attribute, GenericArgument, Member, PathArguments, Type};

use super::serde_form;
use crate::errors::Errors;
use crate::messages;
use crate::parse::fields::Field;

/// The fields of an event that borrow a text which is never escaped, as the user says.
pub(crate) type Unescaped = Vec<Member>;

/// Refuses what borrows less than it seems to: a `&str`, which cannot be read where the text is
/// escaped, and a `Cow` that is always read as an owned value.
pub(super) fn check(fields: Vec<Field<'_>>, errors: &mut Errors) -> Unescaped {
    let mut unescaped = Unescaped::new();
    for field in fields {
        let given = |name: &str| field.given.iter().find(|word| word.name == name);
        let is_serdes = !reads_by_itself(field.serde);
        match given("no_escapes") {
            Some(_) if borrows_str(field.ty) => unescaped.push(field.member.clone()),
            Some(word) => errors.push(word.span, messages::NO_ESCAPES_ELSEWHERE),
            None if is_serdes && borrows_str(field.ty) => {
                errors.push(field.ty.span(), messages::BORROWED_STR);
            }
            None => {}
        }
        match given("owned") {
            Some(_) if is_cow(field.ty) => {}
            Some(word) => errors.push(word.span, messages::OWNED_ELSEWHERE),
            None if is_serdes && is_cow(field.ty) && !is_borrowed(field.serde) => {
                errors.push(field.ty.span(), messages::OWNED_COW);
            }
            None => {}
        }
    }
    unescaped
}

/// Whether something else than the type's own `Deserialize` reads it, or nothing.
fn reads_by_itself(serde: &[Attribute]) -> bool {
    const WORDS: [&str; 4] = ["skip", "skip_deserializing", "with", "deserialize_with"];
    serde_form::words(serde).any(|word| WORDS.iter().any(|other| word.path().is_ident(other)))
}

fn is_borrowed(serde: &[Attribute]) -> bool {
    serde_form::words(serde).any(|word| word.path().is_ident("borrow"))
}

/// Whether there is a `&str` in the type, as far as it can be seen.
fn borrows_str(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            let is_static = reference
                .lifetime
                .as_ref()
                .is_some_and(|l| l.ident == "static");
            !is_static && (is_str(&reference.elem) || borrows_str(&reference.elem))
        }
        Type::Path(path) => path.path.segments.last().is_some_and(|word| {
            word.ident != "PhantomData" && arguments(&word.arguments).any(borrows_str)
        }),
        Type::Tuple(tuple) => tuple.elems.iter().any(borrows_str),
        Type::Array(array) => borrows_str(&array.elem),
        Type::Slice(slice) => borrows_str(&slice.elem),
        Type::Paren(paren) => borrows_str(&paren.elem),
        Type::Group(group) => borrows_str(&group.elem),
        _ => false,
    }
}

/// Whether it is a `Cow` of a text or of bytes, which serde can borrow.
fn is_cow(ty: &Type) -> bool {
    let path = match ty {
        Type::Path(path) => &path.path,
        Type::Group(group) => return is_cow(&group.elem),
        _ => return false,
    };
    let Some(word) = path.segments.last().filter(|word| word.ident == "Cow") else {
        return false;
    };
    let PathArguments::AngleBracketed(all) = &word.arguments else {
        return false;
    };
    let is_static = |argument: &GenericArgument| matches!(argument, GenericArgument::Lifetime(l) if l.ident == "static");
    let is_bytes = |ty: &Type| match ty {
        Type::Slice(slice) => is_named(&slice.elem, "u8"),
        ty => is_str(ty),
    };
    !all.args.iter().any(is_static) && arguments(&word.arguments).any(is_bytes)
}

fn arguments(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let all = match arguments {
        PathArguments::AngleBracketed(all) => Some(&all.args),
        _ => None,
    };
    all.into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

fn is_str(ty: &Type) -> bool {
    is_named(ty, "str")
}

fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|word| word.ident == name),
        Type::Group(group) => is_named(&group.elem, name),
        _ => false,
    }
}
