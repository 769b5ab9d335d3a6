use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Type, parse_quote};

use super::{scoped, sum};
use crate::check::aggregate::{Aggregate, Event, Events, Role, Sum};
use crate::lifetimes;
use crate::parse::Krate;
use crate::span::at;

pub(crate) fn expand(aggregate: &Aggregate<'_>) -> TokenStream {
    let Krate(krate) = &aggregate.krate;
    match &aggregate.events {
        Events::Own(ty) => {
            let event = lifetimes::fill(ty, &parse_quote!('__e));
            let fold = quote!(#krate::__private::fold_apply(__state, __event, __meta));
            let main = main(aggregate, &event, &initial(aggregate, true), &fold);
            let (emits, starts) = (emits(aggregate, ty), starts_from_default(aggregate, ty));
            scoped(&quote!(#main #emits #starts))
        }
        Events::Sum(sum) => {
            let (name, generics) = (&sum.name, sum.borrows.then(|| quote!(<'__e>)));
            let initial = initial(aggregate, sum.from_default);
            let main = main(aggregate, &quote!(#name #generics), &initial, &fold(sum, krate));
            let lists = sum.events.iter().map(|event| listed(aggregate, sum, event));
            let impls = scoped(&quote!(#main #(#lists)*));
            let sum = sum::expand(aggregate, sum);
            quote!(#sum #impls)
        }
    }
}

/// Stands in for an aggregate with a mistake in it: any event may come, first or later.
pub(crate) fn stub(aggregate: &Aggregate<'_>) -> TokenStream {
    let Krate(krate) = &aggregate.krate;
    if !aggregate.generics.params.is_empty() {
        return TokenStream::new();
    }
    let ident = aggregate.ident;
    let event = quote!(#krate::__private::AnyEvent);
    let main = main(aggregate, &event, &quote!(loop {}), &quote!(loop {}));
    scoped(&quote! {
        #main

        impl<__E> #krate::Emits<__E> for #ident {
            fn apply_listed(&mut self, _: __E, _: &#krate::Meta<'_>) {
                loop {}
            }
        }

        impl<__E> #krate::Starts<__E> for #ident {
            fn create_listed(_: __E, _: &#krate::Meta<'_>) -> Self {
                loop {}
            }
        }
    })
}

fn main(
    aggregate: &Aggregate<'_>,
    event: &TokenStream,
    initial: &TokenStream,
    fold: &TokenStream,
) -> TokenStream {
    let (Krate(krate), ident) = (&aggregate.krate, aggregate.ident);
    let category = aggregate.category.iter().map(syn::LitStr::value).collect::<String>();
    let id = match &aggregate.id {
        Some(id) => quote!(#id),
        None => quote!(&'static ::core::primitive::str),
    };
    let error = match &aggregate.error {
        Some(error) => quote!(#error),
        None => quote!(::core::convert::Infallible),
    };
    quote! {
        #[automatically_derived]
        impl #krate::Aggregate for #ident {
            const CATEGORY: &'static ::core::primitive::str = #category;

            type Id = #id;
            type Error = #error;
            type Event<'__e> = #event;

            fn initial() -> ::core::option::Option<Self> {
                #initial
            }

            fn fold(
                __state: &mut ::core::option::Option<Self>,
                __event: Self::Event<'_>,
                __meta: &#krate::Meta<'_>,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                #fold
            }
        }
    }
}

fn initial(aggregate: &Aggregate<'_>, from_default: bool) -> TokenStream {
    if from_default {
        let first = first_state(aggregate);
        quote!(::core::option::Option::Some(#first))
    } else {
        quote!(::core::option::Option::None)
    }
}

/// The default, by a trait that says what to do if there is none.
fn first_state(aggregate: &Aggregate<'_>) -> TokenStream {
    let Krate(krate) = &aggregate.krate;
    quote_spanned!(at(aggregate.ident)=> <Self as #krate::__private::FirstState>::first_state())
}

fn fold(sum: &Sum, krate: &TokenStream) -> TokenStream {
    let name = &sum.name;
    let arms = sum.events.iter().map(|event| {
        let variant = &event.name;
        let fold = match event.role {
            Role::Creates => quote!(fold_create),
            Role::Applies => quote!(fold_apply),
            Role::Either => quote!(fold_either),
        };
        quote!(#name::#variant(__event) => #krate::__private::#fold(__state, __event, __meta),)
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

fn emits(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let (Krate(krate), ident) = (&aggregate.krate, aggregate.ident);
    let apply = quote_spanned!(at(ty)=> <Self as #krate::Apply<#ty>>::apply);
    quote! {
        #[automatically_derived]
        impl #krate::Emits<#ty> for #ident {
            fn apply_listed(&mut self, __event: #ty, __meta: &#krate::Meta<'_>) {
                #apply(self, __event, __meta);
            }
        }
    }
}

fn starts(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let Krate(krate) = &aggregate.krate;
    let create = quote_spanned!(at(ty)=> <Self as #krate::Create<#ty>>::create);
    impl_starts(aggregate, ty, &quote!(#create(__event, __meta)))
}

fn starts_from_default(aggregate: &Aggregate<'_>, ty: &Type) -> TokenStream {
    let Krate(krate) = &aggregate.krate;
    let first = first_state(aggregate);
    let body = quote!(#krate::__private::create_from_default(#first, __event, __meta));
    impl_starts(aggregate, ty, &body)
}

fn impl_starts(aggregate: &Aggregate<'_>, ty: &Type, body: &TokenStream) -> TokenStream {
    let (Krate(krate), ident) = (&aggregate.krate, aggregate.ident);
    quote! {
        #[automatically_derived]
        impl #krate::Starts<#ty> for #ident {
            fn create_listed(__event: #ty, __meta: &#krate::Meta<'_>) -> Self {
                #body
            }
        }
    }
}
