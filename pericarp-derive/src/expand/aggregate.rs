use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Type, parse_quote};

use super::{described, scoped, sum};
use crate::check::aggregate::{Aggregate, Event, Events, Role, Sum};
use crate::lifetimes;
use crate::span::{all_at, at};

pub(crate) fn expand(aggregate: &Aggregate<'_>) -> TokenStream {
    match &aggregate.events {
        Events::Own(ty) => {
            let event = lifetimes::fill(ty, &parse_quote!('__e));
            let fold = quote!(__p::fold_apply(__state, __event, __meta));
            let main = main(aggregate, &event, &initial(aggregate, true), &fold);
            let (emits, starts) = (emits(aggregate, ty), starts_from_default(aggregate, ty));
            let company = company(aggregate, 1, 1);
            let dropped = check_dropped(aggregate);
            let described = described::aggregate(aggregate);
            scoped(
                &aggregate.krate,
                &quote!(#main #emits #starts #company #dropped #described),
            )
        }
        Events::Sum(sum) => {
            let (name, generics) = (&sum.name, sum.borrows.then(|| quote!(<'__e>)));
            let initial = initial(aggregate, sum.from_default);
            let main = main(aggregate, &quote!(#name #generics), &initial, &fold(sum));
            let lists = sum.events.iter().map(|event| listed(aggregate, sum, event));
            let count = |plays: fn(&Event) -> bool| sum.events.iter().filter(|e| plays(e)).count();
            let emitted = count(|event| event.role != Role::Creates);
            let starting = count(|event| event.role != Role::Applies);
            let starting = if sum.from_default { emitted } else { starting };
            let company = company(aggregate, emitted, starting);
            let (sum, sum_impls) = (sum::item(aggregate, sum), sum::impls(aggregate, sum));
            let dropped = check_dropped(aggregate);
            let described = described::aggregate(aggregate);
            let impls = scoped(
                &aggregate.krate,
                &quote!(#sum_impls #main #(#lists)* #company #dropped #described),
            );
            quote!(#sum #impls)
        }
    }
}

/// Stands in for an aggregate with a mistake in it: any event may come, first or later.
pub(crate) fn stub(aggregate: &Aggregate<'_>) -> TokenStream {
    if !aggregate.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = aggregate.ident;
    let event = quote!(__p::AnyEvent);
    let main = main(aggregate, &event, &quote!(loop {}), &quote!(loop {}));
    scoped(
        &aggregate.krate,
        &quote! {
            #main

            impl __p::Described for #ident {
                const SHAPES: &'static [__p::Entry] = &[];
            }

            impl<__E> __p::Emits<__E> for #ident {
                fn apply_listed(&mut self, _: __E, _: &__p::Meta<'_>) {
                    loop {}
                }
            }

            impl<__E> __p::Starts<__E> for #ident {
                fn create_listed(_: __E, _: &__p::Meta<'_>) -> Self {
                    loop {}
                }
            }
        },
    )
}

fn main(
    aggregate: &Aggregate<'_>,
    event: &TokenStream,
    initial: &TokenStream,
    fold: &TokenStream,
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
    let policies = policies(aggregate);
    quote! {
        #[automatically_derived]
        impl __p::Aggregate for #ident {
            const CATEGORY: &'static __p::str = #category;
            #policies

            type Id = #id;
            type Error = #error;
            type Event<'__e> = #event;

            fn initial() -> __p::Option<Self> {
                #initial
            }

            fn fold(
                __state: &mut __p::Option<Self>,
                __event: Self::Event<'_>,
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

fn initial(aggregate: &Aggregate<'_>, from_default: bool) -> TokenStream {
    if from_default {
        let first = first_state(aggregate);
        quote!(__p::Some(#first))
    } else {
        quote!(__p::None)
    }
}

/// The default, by a trait that says what to do if there is none.
fn first_state(aggregate: &Aggregate<'_>) -> TokenStream {
    quote_spanned!(at(aggregate.ident)=> <Self as __p::FirstState>::first_state())
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
        quote!(#name::#variant(__event) => __p::#fold(__state, __event, __meta),)
    });
    quote!(match __event { #(#arms)* })
}

fn listed(aggregate: &Aggregate<'_>, sum: &Sum, event: &Event) -> TokenStream {
    let emits = (event.role != Role::Creates).then(|| emits(aggregate, &event.ty));
    let starts = if sum.from_default {
        Some(starts_from_default(aggregate, &event.ty))
    } else {
        (event.role != Role::Applies).then(|| starts(aggregate, &event.ty))
    };
    quote!(#emits #starts)
}

/// Where one event is listed alone, lists another that cannot exist: else rustc would take any
/// event for the one that is listed, and say "mismatched types" rather than what is not listed.
fn company(aggregate: &Aggregate<'_>, emitted: usize, starting: usize) -> TokenStream {
    let ident = aggregate.ident;
    let emits = (emitted == 1).then(|| {
        quote! {
            #[automatically_derived]
            impl __p::Emits<__p::AnyEvent> for #ident {
                fn apply_listed(&mut self, __event: __p::AnyEvent, _: &__p::Meta<'_>) {
                    match __event {}
                }
            }
        }
    });
    let starts = (starting == 1).then(|| {
        quote! {
            #[automatically_derived]
            impl __p::Starts<__p::AnyEvent> for #ident {
                fn create_listed(__event: __p::AnyEvent, _: &__p::Meta<'_>) -> Self {
                    match __event {}
                }
            }
        }
    });
    quote!(#emits #starts)
}

fn emits(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let ident = aggregate.ident;
    let apply = quote_spanned!(at(ty)=> <Self as __p::Apply<#ty>>::apply);
    quote! {
        #[automatically_derived]
        impl __p::Emits<#ty> for #ident {
            fn apply_listed(&mut self, __event: #ty, __meta: &__p::Meta<'_>) {
                #apply(self, __event, __meta);
            }
        }
    }
}

fn starts(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let create = quote_spanned!(at(ty)=> <Self as __p::Create<#ty>>::create);
    impl_starts(aggregate, ty, &quote!(#create(__event, __meta)))
}

fn starts_from_default(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let first = first_state(aggregate);
    let body = quote!(__p::create_from_default(#first, __event, __meta));
    impl_starts(aggregate, ty, &body)
}

fn impl_starts(aggregate: &Aggregate<'_>, ty: &Type, body: &TokenStream) -> TokenStream {
    let ident = aggregate.ident;
    quote! {
        #[automatically_derived]
        impl __p::Starts<#ty> for #ident {
            fn create_listed(__event: #ty, __meta: &__p::Meta<'_>) -> Self {
                #body
            }
        }
    }
}
