use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Generics, Ident, Type, parse_quote};

use crate::errors::Errors;
use crate::parse::serde::Serde;
use crate::parse::{Krate, shape};
use crate::{case, messages};

/// A type, and what serde makes of it.
pub(crate) struct Item<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Unit,
    Newtype(Content),
    /// Reads what is missing as its content does.
    Transparent(Content),
    /// As `Transparent`, by a function that may refuse the content.
    TryFrom(Content),
    Tuple(Vec<Field>),
    Struct(Vec<Field>),
    /// Refuses other fields.
    Strict(Vec<Field>),
    Enum(Tag, Vec<Variant>),
}

pub(crate) enum Tag {
    External,
    Internal(String),
    Adjacent(String, String),
    Untagged,
}

/// A type, and the functions that decide on its bytes, if there are any.
pub(crate) struct Content {
    pub(crate) ty: Type,
    pub(crate) by: Option<String>,
}

pub(crate) struct Field {
    pub(crate) names: Names,
    pub(crate) content: Content,
    /// A path, or nothing for `Default`.
    pub(crate) default: Option<String>,
    pub(crate) skip_if: Option<String>,
    pub(crate) flatten: bool,
}

pub(crate) struct Variant {
    pub(crate) names: Names,
    pub(crate) body: Body,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
}

/// How a field or a variant is called in JSON.
pub(crate) struct Names {
    pub(crate) written: String,
    /// If it is another.
    pub(crate) read: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
}

pub(crate) fn check<'i>(written: shape::Item<'i>, errors: &mut Errors) -> Item<'i> {
    if matches!(written.shape.body, shape::Body::Union) {
        errors.push(written.ident.span(), messages::SHAPE_UNION);
    }
    Item {
        ident: written.ident,
        generics: written.generics,
        krate: written.krate,
        body: body(&written.shape),
    }
}

/// The payloads of an event: one for a struct, one for each variant of an enum.
pub(crate) fn payloads(written: &shape::Shape<'_>) -> Vec<Body> {
    match &written.body {
        shape::Body::Enum(variants) => {
            // A variant that is skipped keeps what cannot be read, and is never stored.
            let stored = variants.iter().filter(|variant| !variant.serde.has("skip"));
            stored
                .map(|variant| variant_body(variant, &written.serde))
                .collect()
        }
        _ => vec![body(written)],
    }
}

fn body(written: &shape::Shape<'_>) -> Body {
    if let Some(converted) = converted(written) {
        return converted;
    }
    let serde = &written.serde;
    match &written.body {
        shape::Body::Union => Body::Unit,
        shape::Body::Struct(fields) => {
            if serde.has("transparent") {
                let content = fields.all().iter().find(|field| is_content(field));
                return content.map_or(Body::Unit, |field| Body::Transparent(content_of(field)));
            }
            let rename = serde.both("rename_all");
            let default = default(serde);
            let mut body = fields_body(fields, rename, default, serde.has("deny_unknown_fields"));
            if let (Some(tag), Body::Struct(fields) | Body::Strict(fields)) =
                (serde.text("tag"), &mut body)
            {
                fields.insert(0, written_tag(tag));
            }
            body
        }
        shape::Body::Enum(variants) => {
            let tag = match (serde.text("tag"), serde.text("content")) {
                _ if serde.has("untagged") => Tag::Untagged,
                (Some(tag), Some(content)) => Tag::Adjacent(tag.to_owned(), content.to_owned()),
                (Some(tag), None) => Tag::Internal(tag.to_owned()),
                (None, _) => Tag::External,
            };
            let variants = variants.iter().filter_map(|variant| {
                let name = variant.ident.unraw().to_string();
                let rename = serde.both("rename_all");
                Some(Variant {
                    names: names(name, &variant.serde, rename, case::variant)?,
                    body: variant_body(variant, serde),
                    other: variant.serde.has("other"),
                    untagged: variant.serde.has("untagged"),
                })
            });
            Body::Enum(tag, variants.collect())
        }
    }
}

/// The body of a type that serde writes and reads as another.
fn converted(written: &shape::Shape<'_>) -> Option<Body> {
    let serde = &written.serde;
    let read = serde.text("from").or_else(|| serde.text("try_from"));
    let into = serde.text("into");
    if read.is_none() && into.is_none() {
        return None;
    }
    let both = read.filter(|read| Some(*read) == into);
    if let Some(Ok(ty)) = both.map(syn::parse_str) {
        let content = Content { ty, by: None };
        return Some(match serde.has("try_from") {
            true => Body::TryFrom(content),
            false => Body::Transparent(content),
        });
    }
    let mut by = Vec::new();
    by.extend(read.map(|ty| format!("from {ty}")));
    by.extend(into.map(|ty| format!("into {ty}")));
    let ident = written.ident;
    Some(Body::Newtype(Content {
        ty: parse_quote!(#ident),
        by: Some(by.join(" ")),
    }))
}

fn variant_body(variant: &shape::Variant<'_>, on_enum: &Serde) -> Body {
    if let Some(by) = functions(&variant.serde) {
        let ident = variant.ident;
        return Body::Newtype(Content {
            ty: parse_quote!(#ident),
            by: Some(by),
        });
    }
    let (own, all) = (
        variant.serde.both("rename_all"),
        on_enum.both("rename_all_fields"),
    );
    let written = own.0.or(all.0);
    let read = if own.1.is_empty() { all.1 } else { own.1 };
    let strict = on_enum.has("deny_unknown_fields");
    fields_body(&variant.fields, (written, read), None, strict)
}

fn fields_body(
    written: &shape::Fields<'_>,
    rename: (Option<&str>, Vec<&str>),
    default: Option<String>,
    strict: bool,
) -> Body {
    let field = |field: &shape::Field<'_>| {
        let serde = &field.serde;
        Some(Field {
            names: names(field.name.clone(), serde, rename.clone(), case::field)?,
            content: content_of(field),
            default: self::default(serde).or_else(|| default.clone()),
            skip_if: serde.text("skip_serializing_if").map(str::to_owned),
            flatten: serde.has("flatten"),
        })
    };
    match written {
        shape::Fields::Unit => Body::Unit,
        shape::Fields::Unnamed(fields) => match fields.as_slice() {
            [only] => Body::Newtype(content_of(only)),
            fields => {
                let mut fields: Vec<_> = fields.iter().filter_map(field).collect();
                for (place, field) in fields.iter_mut().enumerate() {
                    field.names.written = place.to_string();
                }
                Body::Tuple(fields)
            }
        },
        shape::Fields::Named(fields) => {
            let fields = fields.iter().filter_map(field).collect();
            match strict {
                true => Body::Strict(fields),
                false => Body::Struct(fields),
            }
        }
    }
}

/// The names of something; `None` if serde skips it altogether.
fn names(
    name: String,
    serde: &Serde,
    (rule_written, rule_read): (Option<&str>, Vec<&str>),
    by_rule: fn(&str, &str) -> String,
) -> Option<Names> {
    let skip = serde.has("skip");
    let never_written = skip || serde.has("skip_serializing");
    let never_read = skip || serde.has("skip_deserializing");
    if never_written && never_read {
        return None;
    }
    let (written, mut read) = serde.both("rename");
    let apply = |rule: Option<&&str>| rule.map_or(name.clone(), |rule| by_rule(rule, &name));
    let written = written.map_or_else(|| apply(rule_written.as_ref()), str::to_owned);
    let first = match read.is_empty() {
        true => apply(rule_read.first()),
        false => read.remove(0).to_owned(),
    };
    let aliases = read.into_iter().chain(serde.texts("alias"));
    Some(Names {
        aliases: aliases.map(str::to_owned).collect(),
        read: (first != written).then_some(first),
        written,
        never_written,
        never_read,
    })
}

fn content_of(field: &shape::Field<'_>) -> Content {
    Content {
        ty: field.ty.clone(),
        by: functions(&field.serde),
    }
}

/// The functions that write and read something, if not its type does.
fn functions(serde: &Serde) -> Option<String> {
    let words = ["with", "serialize_with", "deserialize_with"];
    let given = words
        .iter()
        .filter_map(|word| serde.text(word).map(|path| format!("{word} {path}")));
    let given: Vec<_> = given.collect();
    (!given.is_empty()).then(|| given.join(" "))
}

fn default(serde: &Serde) -> Option<String> {
    serde
        .has("default")
        .then(|| serde.text("default").unwrap_or_default().to_owned())
}

/// Whether a field is the content of a transparent struct: the others are empty.
fn is_content(field: &shape::Field<'_>) -> bool {
    let is_phantom = match field.ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|word| word.ident == "PhantomData")
        }
        _ => false,
    };
    !is_phantom && !field.serde.has("skip")
}

/// The name of a struct, which `tag` on it makes serde write, and never read.
fn written_tag(tag: &str) -> Field {
    Field {
        names: Names {
            written: tag.to_owned(),
            read: None,
            aliases: Vec::new(),
            never_written: false,
            never_read: true,
        },
        content: Content {
            ty: parse_quote!(__p::str),
            by: None,
        },
        default: None,
        skip_if: None,
        flatten: false,
    }
}

impl shape::Fields<'_> {
    fn all(&self) -> &[shape::Field<'_>] {
        match self {
            Self::Unit => &[],
            Self::Unnamed(fields) | Self::Named(fields) => fields,
        }
    }
}

impl Content {
    /// The type, as a text.
    pub(crate) fn written(&self) -> String {
        self.ty.to_token_stream().to_string()
    }
}
