//! What the items of the quickstart expand to fits on a screen.

use proc_macro2::TokenStream;
use syn::{DeriveInput, Item};

/// As many lines as a screen shows.
const SCREEN: usize = 66;

#[test]
fn the_quickstart_expands_to_a_screen_per_derive() {
    let program = include_str!("../../examples/quickstart/main.rs");
    let items = match syn::parse_file(program) {
        Ok(file) => file.items,
        Err(error) => panic!("{error}"),
    };
    let mut found = 0;
    for item in items {
        let Item::Struct(item) = item else { continue };
        let (name, item) = (item.ident.clone(), DeriveInput::from(item));
        for attribute in &item.attrs {
            let expand = match attribute.path().get_ident() {
                Some(word) if word == "event" => crate::event,
                Some(word) if word == "command" => crate::command,
                Some(word) if word == "aggregate" => crate::aggregate,
                _ => continue,
            };
            found += 1;
            let lines = lines(expand(&item));
            println!("{name}: {lines} lines");
            assert!(lines <= SCREEN, "{name} expands to {lines} lines");
        }
    }
    assert_eq!(found, 5, "two events, an aggregate and two commands");
}

fn lines(tokens: TokenStream) -> usize {
    match syn::parse2::<syn::File>(tokens) {
        Ok(file) => prettyplease::unparse(&file).lines().count(),
        Err(error) => panic!("{error}"),
    }
}
