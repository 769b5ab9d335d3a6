use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Type, parse_quote};

use super::{described, scoped, sum};
use crate::check::aggregate::{Aggregate, Events, Role, Sum};
use crate::lifetimes;
use crate::span::{all_at, at};

pub(crate) fn expand(aggregate: &Aggregate<'_>) -> TokenStream {
    let (item, event, fold) = match &aggregate.events {
        Events::Own(ty) => (
            None,
            lifetimes::fill(ty, &parse_quote!('__e)),
            quote!(__p::fold_apply(__state, __event, __meta)),
        ),
        Events::Sum(sum) => {
            let (name, generics) = (&sum.name, sum.borrows.then(|| quote!(<'__e>)));
            let item = sum::item(aggregate, sum);
            (Some(item), quote!(#name #generics), fold(sum))
        }
    };
    let impls = match &aggregate.events {
        Events::Own(_) => sum::list_one(aggregate),
        Events::Sum(sum) => sum::impls(aggregate, sum),
    };
    let (policies, kept) = (policies(aggregate), kept(aggregate));
    let consts = quote!(#policies #kept);
    let main = main(aggregate, &event, &initial(aggregate), &fold, &consts);
    let listed = listed(aggregate);
    let dropped = check_dropped(aggregate);
    let described = described::aggregate(aggregate);
    let impls = scoped(
        &aggregate.krate,
        &quote!(#impls #main #listed #dropped #described),
    );
    quote!(#item #impls)
}

/// Stands in for an aggregate with a mistake in it: any event may come, first or later.
pub(crate) fn stub(aggregate: &Aggregate<'_>) -> TokenStream {
    if !aggregate.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = aggregate.ident;
    let event = quote!(__p::AnyEvent);
    let (none, any) = (TokenStream::new(), quote!(loop {}));
    let main = main(aggregate, &event, &none, &any, &policies(aggregate));
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

            impl<__E> __p::Starts<__E> for #ident {
                type By = __p::Never;
            }
        },
    )
}

fn main(
    aggregate: &Aggregate<'_>,
    event: &TokenStream,
    initial: &TokenStream,
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
    quote! {
        #[automatically_derived]
        impl __p::Aggregate for #ident {
            const CATEGORY: &'static __p::str = #category;
            #consts

            type Id = #id;
            type Error = #error;
            type Event<'__e> = #event;

            #initial

            fn fold(
                __state: &mut __p::Option<Self>,
                __event: <Self as __p::Aggregate>::Event<'_>,
                __meta: &__p::Meta<'_>,
            ) -> __p::Result<(), __p::FoldError> {
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

fn initial(aggregate: &Aggregate<'_>) -> TokenStream {
    if !from_default(aggregate) {
        return TokenStream::new();
    }
    quote! {
        fn initial() -> __p::Option<Self> {
            __p::initial()
        }
    }
}

fn fold(sum: &Sum) -> TokenStream {
    let name = &sum.name;
    let arms = sum.events.iter().map(|event| {
        let variant = &event.name;
        let fold = match event.role {
            Role::Creates => quote!(fold_create),
            Role::Applies => quote!(fold_apply),
            Role::Either => quote!(fold_either),
        };
        quote!(#name::#variant(__e) => __p::#fold(__state, __e, __meta),)
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
    let emits = list(aggregate, "Emits", "Applied", &later);
    let starts = list(aggregate, "Starts", "Created", &first);
    let ident = aggregate.ident;
    let from_default = from_default(aggregate).then(|| {
        all_at(
            at(ident),
            quote!(#[automatically_derived] impl __p::FromDefault for #ident {}),
        )
    });
    quote!(#emits #starts #from_default)
}

/// Lists events. Where there is one alone, lists another that cannot exist: else rustc would take
/// any event for the one that is listed, and say "mismatched types" rather than what is not listed.
fn list(aggregate: &Aggregate<'_>, listing: &str, by: &str, events: &[&Type]) -> TokenStream {
    let ident = aggregate.ident;
    let (listing, by) = (format_ident!("{listing}"), format_ident!("{by}"));
    let list = |event: TokenStream, by: TokenStream| {
        quote! {
            #[automatically_derived]
            impl __p::#listing<#event> for #ident {
                type By = #by;
            }
        }
    };
    let listed = events
        .iter()
        .map(|ty| list(quote!(#ty), all_at(at(ty), quote!(__p::#by))));
    let company = (events.len() == 1).then(|| list(quote!(__p::AnyEvent), quote!(__p::Never)));
    quote!(#(#listed)* #company)
}
