//! No item makes a macro panic: each token of some items is left out, doubled and replaced.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::DeriveInput;

#[test]
fn no_mutation_of_an_item_makes_a_derive_panic() {
    let items = [
        quote! {
            #[event(name = "a.b", version = 2, alias("a.c", "a.d"), dropped("a.e"), crate = ::evt)]
            #[serde(tag = "t")]
            pub enum E<'a, T: Clone, const N: usize> where T: Copy {
                #[event(name = "e.f", version = 1)] #[serde(skip)] A(T),
                #[serde(with = "w", rename(serialize = "s", deserialize = "d"))]
                #[event(name = "e.g", alias("e.h"))] B { r#type: &'a str },
                #[event(unknown, newer)] #[serde(skip)] C(R<'_>),
                D,
            }
        },
        quote! {
            #[event(name = "a.b", version = 3, upcast(1 => V1<'_>, 2 => V2),
                split_from("a.c", 2 => W<'a, 3>))]
            struct S<'a>(#[event(no_escapes)] &'a str, #[event(owned)] Cow<'a, [u8]>);
        },
        quote! {
            #[aggregate(category = "a", id = Map<K, 3>, error = X, created_by(O<'_>, p::D),
                events(D, O<'_>), enum_name = Fact, event = E<'_>, dropped("a.e"), unknown = skip,
                newer = skip, crate = evt)]
            pub struct S { #[aggregate(x)] a: u8 }
        },
        quote! {
            #[shape(crate = evt)]
            #[serde(rename_all = "camelCase", tag = "t", content = "c", from = "u8", into = "u8")]
            pub struct S {
                #[serde(default = "f", skip_serializing_if = "g", alias = "a")] a: u8,
                #[serde(flatten, skip, getter = "g")] b: [u8; 3],
            }
        },
        quote! {
            #[command(aggregate = A<'_>, returns = (), creates, must_exist, crate = evt,
                middleware(L, p::R::<T>::of(3).and(4), S { n: 5 }))]
            pub struct C<'a, T>(#[command(id)] &'a T, #[command(id = 3)] u8);
        },
        quote! {
            #[query(on = V<'_>, returns = Option<u8>, error = X, crate = evt, middleware(L, R(3)))]
            pub enum Q<'a, T, const N: usize> { A(&'a T), #[query(x)] B { b: [u8; N] } }
        },
    ];
    let mut tried = 0;
    for item in items {
        for mutated in mutations(&item.into_iter().collect::<Vec<_>>()) {
            let Ok(item) = syn::parse2::<DeriveInput>(mutated) else {
                continue;
            };
            tried += 1;
            for derive in [
                crate::event,
                crate::shape,
                crate::aggregate,
                crate::command,
                crate::query,
            ] {
                let tokens = derive(&item);
                assert!(syn::parse2::<syn::File>(tokens.clone()).is_ok(), "{tokens}");
            }
        }
    }
    assert!(tried > 500, "only {tried} mutations are items");
}

/// All ways to leave out, double or replace one token, at any depth.
fn mutations(tokens: &[TokenTree]) -> Vec<TokenStream> {
    let others = [
        quote!(_),
        quote!(=),
        quote!(,),
        quote!('x),
        quote!("y"),
        quote!(0),
        quote!(()),
    ];
    let mut all = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let around = |middle: TokenStream| {
            let (before, after) = tokens.split_at(i);
            let after = after.iter().skip(1);
            quote!(#(#before)* #middle #(#after)*)
        };
        all.push(around(TokenStream::new()));
        all.push(around(quote!(#token #token)));
        all.extend(others.iter().cloned().map(around));
        if let TokenTree::Group(group) = token {
            let inner: Vec<_> = group.stream().into_iter().collect();
            let wrap = |inner| TokenTree::Group(Group::new(group.delimiter(), inner));
            all.extend(
                mutations(&inner)
                    .into_iter()
                    .map(wrap)
                    .map(|group| around(quote!(#group))),
            );
            let braced = Group::new(Delimiter::Brace, group.stream());
            all.push(around(quote!(#braced)));
        }
    }
    all
}
