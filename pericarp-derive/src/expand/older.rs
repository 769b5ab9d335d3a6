//! What reads an event in an older form.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Generics, Lifetime, Type, parse_quote};

use crate::check::kind::{Kind, Split};
use crate::check::versions::Chain;
use crate::lifetimes;
use crate::span::{all_at, at};

/// What an old type is converted to.
#[derive(Clone, Copy)]
pub(super) enum To<'t> {
    /// The next version, a type.
    Next(&'t TokenStream),
    /// What a struct takes of it, which is stored under this name.
    Part(&'t str),
    /// What an enum takes of it, for the variants that are stored under these names.
    Parts(&'t str),
}

/// What decodes an event that is stored under the name of `kind`, or under an alias.
pub(super) fn arm(
    kind: &Kind,
    generics: &Generics,
    current: impl FnOnce(u32) -> TokenStream,
) -> TokenStream {
    let names = kind.names();
    let (current, newest) = (current(kind.version), kind.version);
    let decode = if kind.upcast.is_empty() {
        current
    } else {
        let (versions, oldest) = (range(&kind.upcast), kind.upcast.oldest);
        let steps = steps(&kind.upcast, generics, To::Next(&quote!(Self)));
        quote! {
            match __record.schema_version {
                #newest => #current,
                #versions => {
                    let __old = #steps;
                    __p::upcast(__old, __take)
                }
                _ => __p::other_version(__record, #oldest, #newest),
            }
        }
    };
    quote!(#(#names)|* => #decode,)
}

/// What takes a part, or parts, of an older event.
pub(super) fn split_arm(split: &Split, to: To<'_>, generics: &Generics) -> TokenStream {
    let (name, versions) = (&split.name, range(&split.versions));
    let (oldest, newest) = (split.versions.oldest, split.versions.newest());
    let steps = steps(&split.versions, generics, to);
    quote! {
        #name => match __record.schema_version {
            #versions => #steps,
            _ => __p::other_version(__record, #oldest, #newest),
        },
    }
}

fn range(chain: &Chain) -> TokenStream {
    let (oldest, newest) = (chain.oldest, chain.newest());
    if oldest == newest {
        quote!(#oldest)
    } else {
        quote!(#oldest..=#newest)
    }
}

/// The steps from the oldest type of a chain to what the last is converted to: one inside the
/// other, the first one innermost.
fn steps(chain: &Chain, generics: &Generics, last: To<'_>) -> TokenStream {
    let lifetime = borrowed_for(generics);
    let named = |ty| lifetimes::fill(ty, &lifetime);
    let mut made = quote!(__p::None);
    for (version, ty) in chain.steps() {
        let next = chain.steps().find(|(next, _)| *next > version);
        made = match next {
            Some((_, next)) => step(version, ty, &named(ty), &made, To::Next(&named(next))),
            None => step(version, ty, &named(ty), &made, last),
        };
    }
    made
}

/// One step. What reads the old type and what converts it are named here and nowhere else, so
/// that what is missing is one error, at the type in the list.
fn step(version: u32, ty: &Type, old: &TokenStream, made: &TokenStream, to: To<'_>) -> TokenStream {
    let span = at(ty);
    let read = quote_spanned!(span=> |__old| <#old as __p::Old<'__de>>::read(__old));
    let convert = match to {
        To::Next(next) => quote!(<#next as __p::MadeFrom<#old>>::made_from),
        To::Part(_) => quote!(<Self as __p::PartOf<#old>>::part_of),
        To::Parts(_) => quote!(<Self as __p::PartsOf<#old>>::parts_of),
    };
    let convert = all_at(span, convert);
    match to {
        To::Next(_) => {
            quote_spanned!(span=> __p::step(__record, #version, #made, #read, #convert)?)
        }
        To::Part(into) | To::Parts(into) => {
            quote_spanned!(span=> __p::split(__record, #into, #made, #read, #convert, __take))
        }
    }
}

/// The lifetime for which an older type borrows: the event's own, if it has one.
fn borrowed_for(generics: &Generics) -> Lifetime {
    match generics.lifetimes().next() {
        Some(param) => param.lifetime.clone(),
        None => parse_quote!('__de),
    }
}
