use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type, parse_quote};

use super::{described, scoped, scoped_with, sum};
use crate::check::aggregate::{Aggregate, Events, Role, Sum};
use crate::lifetimes;
use crate::span::{all_at, at};

pub(crate) fn expand(aggregate: &Aggregate<'_>) -> TokenStream {
    let (item, event, fold) = match &aggregate.events {
        Events::Own(ty) => (None, ty.clone(), quote!(__to.apply(__event))),
        Events::Sum(sum) => {
            let (name, generics) = (&sum.name, sum.borrows.then(|| quote!(<'_>)));
            let item = sum::item(aggregate, sum);
            (Some(item), parse_quote!(#name #generics), fold(sum))
        }
    };
    let impls = match &aggregate.events {
        Events::Own(ty) => sum::list_one(aggregate.ident, ty),
        Events::Sum(sum) => sum::impls(aggregate, sum),
    };
    let (policies, kept) = (policies(aggregate), kept(aggregate));
    let consts = quote!(#policies #kept);
    let main = main(aggregate, &event, first(aggregate).as_ref(), &fold, &consts);
    let listed = listed(aggregate);
    let dropped = check_dropped(aggregate);
    let described = described::aggregate(aggregate);
    let impls = scoped_with(
        &aggregate.krate,
        &quote!(::{self as __p, probes::Undescribed as _}),
        &quote!(#impls #main #listed #dropped #described),
    );
    // The first error about a lifetime that is left out is the one about `impls`: it says `'_`.
    quote!(#impls #item)
}

/// Stands in for an aggregate with a mistake in it: any event may come, first or later.
pub(crate) fn stub(aggregate: &Aggregate<'_>) -> TokenStream {
    if !aggregate.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = aggregate.ident;
    let event = parse_quote!(__p::AnyEvent);
    let body = quote!(let _ = (__event, __to); loop {});
    let main = main(aggregate, &event, None, &body, &policies(aggregate));
    scoped(
        &aggregate.krate,
        &quote! {
            #main

            impl __p::Described for #ident {
                const SHAPES: __p::Shapes = &[];
            }

            impl<__E> __p::Emits<__E> for #ident {
                type By = __p::Never;
            }

        },
    )
}

fn main(
    aggregate: &Aggregate<'_>,
    event: &Type,
    first: Option<&TokenStream>,
    fold: &TokenStream,
    consts: &TokenStream,
) -> TokenStream {
    let ident = aggregate.ident;
    let category = aggregate
        .category
        .iter()
        .map(syn::LitStr::value)
        .collect::<String>();
    let id = match &aggregate.id {
        Some(id) => quote!(#id),
        None => quote!(&'static __p::str),
    };
    let error = match &aggregate.error {
        Some(error) => quote!(#error),
        None => quote!(__p::Infallible),
    };
    let event_of = lifetimes::fill(event, &parse_quote!('__e));
    quote! {
        #[automatically_derived]
        impl __p::Aggregate for #ident {
            const CATEGORY: &'static __p::str = #category;
            #first
            #consts

            type Id = #id;
            type Error = #error;
            type Event<'__e> = #event_of;

            fn fold(__event: #event, __to: __p::Folding<'_, Self>) -> __p::Folded {
                #fold
            }
        }
    }
}

/// What it does about events that it does not read, where that is not the default.
fn policies(aggregate: &Aggregate<'_>) -> TokenStream {
    let names = &aggregate.dropped;
    let dropped = (!names.is_empty())
        .then(|| quote!(const DROPPED: &'static [&'static __p::str] = &[#(#names),*];));
    let skip = quote!(__p::Policy = __p::Policy::Skip;);
    let unknown = aggregate
        .skips_unknown
        .then(|| quote!(const UNKNOWN: #skip));
    let newer = aggregate.skips_newer.then(|| quote!(const NEWER: #skip));
    quote!(#dropped #unknown #newer)
}

/// How its state is kept, where it is.
fn kept(aggregate: &Aggregate<'_>) -> TokenStream {
    let snapshots = aggregate.snapshot.as_ref().map(|snapshot| {
        let (every, version) = (&snapshot.every, snapshot.version.as_ref());
        let version = version.map_or(quote!(1), |version| quote!(#version));
        let snapshots = all_at(at(every), quote!(__p::snapshots::<Self>));
        quote! {
            const SNAPSHOTS: __p::Option<__p::Snapshots<Self>> = #snapshots(#every, #version);
        }
    });
    let cached = aggregate.cached.map(|span| {
        let cached = all_at(at(&span), quote!(__p::cached::<Self>()));
        quote!(const CACHED: __p::Option<fn(&Self) -> Self> = #cached;)
    });
    quote!(#snapshots #cached)
}

/// Demands that no event is stored under a name that is dropped.
fn check_dropped(aggregate: &Aggregate<'_>) -> TokenStream {
    let ident = aggregate.ident;
    let checks = aggregate.dropped.iter().map(|name| {
        let check = quote! {
            const _: () = __p::check_dropped::<#ident, { !__p::is_read::<#ident>(#name) }>();
        };
        all_at(at(name), check)
    });
    quote!(#(#checks)*)
}

fn from_default(aggregate: &Aggregate<'_>) -> bool {
    match &aggregate.events {
        Events::Own(_) => true,
        Events::Sum(sum) => sum.from_default,
    }
}

/// What makes the first state, if no event does.
fn first(aggregate: &Aggregate<'_>) -> Option<TokenStream> {
    from_default(aggregate).then(|| {
        let first = quote!(
            const FIRST: __p::First<Self> = __p::first();
        );
        all_at(at(aggregate.ident), first)
    })
}

fn fold(sum: &Sum) -> TokenStream {
    let name = &sum.name;
    let arms = sum.events.iter().map(|event| {
        let variant = &event.name;
        let fold = match event.role {
            Role::Creates => quote!(create),
            Role::Applies => quote!(apply),
            Role::Either => quote!(either),
        };
        quote!(#name::#variant(__e) => __to.#fold(__e),)
    });
    quote!(match __event { #(#arms)* })
}

/// What may come first, and what may come later.
fn listed(aggregate: &Aggregate<'_>) -> TokenStream {
    let roles: Vec<_> = match &aggregate.events {
        Events::Own(ty) => vec![(ty, Role::Applies)],
        Events::Sum(sum) => sum
            .events
            .iter()
            .map(|event| (&event.ty, event.role))
            .collect(),
    };
    let which = |role: Role| {
        let listed = roles.iter().filter(move |(_, other)| *other != role);
        listed.map(|(ty, _)| *ty).collect::<Vec<_>>()
    };
    let (later, first) = (which(Role::Creates), which(Role::Applies));
    let ident = aggregate.ident;
    let by = match from_default(aggregate) {
        true => quote!(Either),
        false => quote!(Applied),
    };
    let emits = later
        .iter()
        .map(|ty| list(ident, "Emits", ty, &all_at(at(ty), quote!(__p::#by))));
    let starts = first
        .iter()
        .map(|ty| list(ident, "Starts", ty, &all_at(at(ty), quote!(__p::Created))));
    // Else rustc would take any event for the only one that is listed, and say "mismatched types"
    // rather than what is not listed. What `Never` emits, it starts too.
    let company = match (later.len(), first.len()) {
        (1, _) => Some("Emits"),
        (_, 1) => Some("Starts"),
        _ => None,
    };
    let company = company.map(|listing| {
        list(
            ident,
            listing,
            &parse_quote!(__p::AnyEvent),
            &quote!(__p::Never),
        )
    });
    quote!(#(#emits)* #(#starts)* #company)
}

/// Lists an event.
fn list(ident: &Ident, listing: &str, event: &Type, by: &TokenStream) -> TokenStream {
    let listing = format_ident!("{listing}");
    quote! {
        impl __p::#listing<#event> for #ident {
            type By = #by;
        }
    }
}
