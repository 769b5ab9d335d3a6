use syn::{GenericParam, Generics, Lifetime, LifetimeParam, parse_quote};

/// `generics`, with type parameters that can be serialised.
pub(super) fn encode(generics: &Generics) -> Generics {
    let mut encode = generics.clone();
    let params: Vec<_> = generics
        .type_params()
        .map(|param| param.ident.clone())
        .collect();
    for param in params {
        let bound = parse_quote!(#param: __p::serde::Serialize);
        encode.make_where_clause().predicates.push(bound);
    }
    encode
}

/// `generics`, with type parameters that have a shape.
pub(super) fn shape(mut generics: Generics) -> Generics {
    let params: Vec<_> = generics
        .type_params()
        .map(|param| param.ident.clone())
        .collect();
    for param in params {
        let bound = parse_quote!(#param: __p::Shape);
        generics.make_where_clause().predicates.push(bound);
    }
    generics
}

/// `generics` and `'__de`, which outlives every lifetime and which every type parameter can be
/// deserialised from.
pub(super) fn decode(generics: &Generics) -> Generics {
    let mut decode = encode(generics);
    let de: Lifetime = parse_quote!('__de);
    for param in &generics.params {
        let bound = match param {
            GenericParam::Lifetime(param) => {
                let lifetime = &param.lifetime;
                parse_quote!(#de: #lifetime)
            }
            GenericParam::Type(param) => {
                let param = &param.ident;
                parse_quote!(#param: __p::serde::Deserialize<#de>)
            }
            GenericParam::Const(_) => continue,
        };
        decode.make_where_clause().predicates.push(bound);
    }
    decode
        .params
        .insert(0, GenericParam::Lifetime(LifetimeParam::new(de)));
    decode
}
