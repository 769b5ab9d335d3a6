//! What an event was, as Rust to paste: the way out of a change that breaks is to raise the
//! version and to translate what is stored.

use std::fmt::Write;

use super::model::{Body, Event, Field, Tag, Type, Variant};
use super::scalar::Scalar;

/// Raises the version of `new`, which is that of `old`, and translates.
pub(super) fn way_out(old: &Event, new: &Event) -> String {
    upcast_to(old, new, old.version + 1)
}

/// Translates `old` to the version that the build has.
pub(super) fn upcast(old: &Event, new: &Event) -> String {
    upcast_to(old, new, new.version)
}

/// What `old` was, for a build that reads it already, as what it was not.
pub(super) fn older(old: &Event, target: &Event) -> String {
    if target.names().any(|name| name == old.name) {
        return upcast(old, target);
    }
    let name = camel_name(&old.name);
    let code = Code::new(old, target);
    let before = format!("{name}{}", code.suffix);
    format!(
        "#[event(name = {:?}, split_from({:?}, {} => {before}))]\n\n{}",
        target.name,
        old.name,
        old.version,
        code.definitions(&before),
    )
}

fn upcast_to(old: &Event, new: &Event, version: u32) -> String {
    let name = camel_name(&old.name);
    let code = Code::new(old, new);
    let before = format!("{name}{}", code.suffix);
    let aliases: Vec<_> = new.aliases.iter().map(|a| format!("{a:?}")).collect();
    let aliases = match aliases.is_empty() {
        true => String::new(),
        false => format!(", alias({})", aliases.join(", ")),
    };
    format!(
        "#[event(name = {:?}, version = {version}{aliases}, upcast({} => {before}))]\n\n{}\n\
         impl From<{before}> for {name} {{ .. }}  // of a variant: for its enum\n",
        new.name,
        old.version,
        code.definitions(&before),
    )
}

struct Code<'m> {
    old: &'m Event,
    /// What is put behind the names of types that are not any more what they were.
    suffix: String,
    changed: Vec<&'m str>,
}

impl<'m> Code<'m> {
    fn new(old: &'m Event, new: &Event) -> Self {
        let mut changed: Vec<&str> = Vec::new();
        // One that holds a changed one is changed.
        for _ in 0..=old.types.len() {
            for ty in &old.types {
                let is_known = changed.contains(&ty.name.as_str());
                let differs = new.body_of(&ty.name) != Some(&ty.body);
                if !is_known && (differs || refers(&ty.body, &changed)) {
                    changed.push(&ty.name);
                }
            }
        }
        Self {
            old,
            suffix: format!("V{}", old.version),
            changed,
        }
    }

    /// The event, and the types in it that are not as they were.
    fn definitions(&self, name: &str) -> String {
        let mut out = self.definition(name, &self.old.payload);
        for ty in &self.old.types {
            if self.changed.contains(&ty.name.as_str()) {
                out.push('\n');
                out.push_str(&self.definition(&format!("{}{}", ty.name, self.suffix), &ty.body));
            }
        }
        out
    }

    fn definition(&self, name: &str, body: &Body) -> String {
        let mut out = String::from("#[derive(serde::Deserialize, pericarp::Shape)]\n");
        // Writing to a text cannot fail.
        let _ = match body {
            Body::Unit => writeln!(out, "struct {name} {{}}"),
            Body::Newtype(newtype) => {
                if newtype.transparent {
                    out.push_str("#[serde(transparent)]\n");
                }
                writeln!(out, "struct {name}({});", self.ty(&newtype.ty))
            }
            Body::Tuple(fields) => {
                let parts: Vec<_> = fields.iter().map(|field| self.part(field)).collect();
                writeln!(out, "struct {name}({});", parts.join(", "))
            }
            Body::Struct { fields, strict } => {
                if *strict {
                    out.push_str("#[serde(deny_unknown_fields)]\n");
                }
                writeln!(out, "struct {name} {{\n{}}}", self.fields(fields, "    "))
            }
            Body::Enum { tag, variants } => {
                match tag {
                    Tag::External => {}
                    Tag::Internal(tag) => {
                        let _ = writeln!(out, "#[serde(tag = {tag:?})]");
                    }
                    Tag::Adjacent(tag, content) => {
                        let _ = writeln!(out, "#[serde(tag = {tag:?}, content = {content:?})]");
                    }
                    Tag::Untagged => out.push_str("#[serde(untagged)]\n"),
                }
                let there = variants.iter().filter(|variant| !variant.gone);
                let variants: String = there.map(|variant| self.variant(variant)).collect();
                writeln!(out, "enum {name} {{\n{variants}}}")
            }
        };
        out
    }

    fn variant(&self, variant: &Variant) -> String {
        let read = variant.reads.as_ref().unwrap_or(&variant.name);
        let ident = identifier(&camel(&variant.name), "Variant");
        let mut words = Vec::new();
        if *read != ident {
            words.push(format!("rename = {read:?}"));
        }
        words.extend(variant.aliases.iter().map(|a| format!("alias = {a:?}")));
        words.extend(variant.other.then(|| "other".to_owned()));
        words.extend(variant.untagged.then(|| "untagged".to_owned()));
        let content = match &variant.body {
            Body::Unit | Body::Enum { .. } => String::new(),
            Body::Newtype(newtype) => format!("({})", self.ty(&newtype.ty)),
            Body::Tuple(fields) => {
                let parts: Vec<_> = fields.iter().map(|field| self.part(field)).collect();
                format!("({})", parts.join(", "))
            }
            Body::Struct { fields, .. } => {
                format!(" {{\n{}    }}", self.fields(fields, "        "))
            }
        };
        format!("{}    {ident}{content},\n", attribute(&words, "    "))
    }

    fn fields(&self, fields: &[Field], indent: &str) -> String {
        let read = fields
            .iter()
            .filter(|field| !field.never_read && !field.gone);
        read.map(|field| self.field(field, indent)).collect()
    }

    fn field(&self, field: &Field, indent: &str) -> String {
        let read = field.reads.as_ref().unwrap_or(&field.name);
        let ident = identifier(&snake(read), "field");
        let mut words = Vec::new();
        if ident.trim_start_matches("r#") != read && !field.flatten {
            words.push(format!("rename = {read:?}"));
        }
        words.extend(self.words(field));
        let ty = self.ty(&field.ty);
        format!("{}{indent}{ident}: {ty},\n", attribute(&words, indent))
    }

    /// A field of a tuple.
    fn part(&self, field: &Field) -> String {
        let attribute = attribute(&self.words(field), "").replace('\n', " ");
        format!("{attribute}{}", self.ty(&field.ty))
    }

    fn words(&self, field: &Field) -> Vec<String> {
        let mut words: Vec<_> = field
            .aliases
            .iter()
            .map(|a| format!("alias = {a:?}"))
            .collect();
        words.extend(field.default.as_ref().map(|path| match path.as_str() {
            "" => "default".to_owned(),
            path => format!("default = {path:?}"),
        }));
        words.extend(field.flatten.then(|| "flatten".to_owned()));
        if let Type::Opaque(written) = &field.ty {
            for word in ["with", "deserialize_with"] {
                let found = written.split_once(&format!(" {word} "));
                words.extend(found.map(|(_, path)| format!("{word} = {path:?}")));
            }
        }
        words
    }

    fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(scalar) => match scalar {
                Scalar::Str => "String".to_owned(),
                Scalar::Uuid => "uuid::Uuid".to_owned(),
                Scalar::Timestamp => "pericarp::Timestamp".to_owned(),
                Scalar::Json => "serde_json::Value".to_owned(),
                Scalar::RawValue => "Box<serde_json::value::RawValue>".to_owned(),
                scalar if scalar.name().starts_with("NonZero") => {
                    format!("std::num::{}", scalar.name())
                }
                scalar if scalar.name().ends_with("Addr") => format!("std::net::{}", scalar.name()),
                scalar => scalar.name().to_owned(),
            },
            Type::Option(inner) => format!("Option<{}>", self.ty(inner)),
            Type::List(inner) => format!("Vec<{}>", self.ty(inner)),
            Type::Set(inner) => format!("std::collections::BTreeSet<{}>", self.ty(inner)),
            Type::Array(inner, length) => format!("[{}; {length}]", self.ty(inner)),
            Type::Tuple(parts) => {
                let parts: String = parts.iter().map(|p| format!("{}, ", self.ty(p))).collect();
                format!("({})", parts.trim_end())
            }
            Type::Map(key, value) => format!(
                "std::collections::BTreeMap<{}, {}>",
                self.ty(key),
                self.ty(value)
            ),
            Type::Ref(name) if self.changed.contains(&name.as_str()) => {
                format!("{name}{}", self.suffix)
            }
            Type::Ref(name) => name.clone(),
            Type::Opaque(written) => {
                let end = [" with ", " serialize_with ", " deserialize_with "]
                    .iter()
                    .filter_map(|word| written.find(word))
                    .min();
                written[..end.unwrap_or(written.len())].to_owned()
            }
        }
    }
}

fn refers(body: &Body, names: &[&str]) -> bool {
    match body {
        Body::Unit => false,
        Body::Newtype(newtype) => mentions(&newtype.ty, names),
        Body::Tuple(fields) | Body::Struct { fields, .. } => {
            fields.iter().any(|field| mentions(&field.ty, names))
        }
        Body::Enum { variants, .. } => variants.iter().any(|v| refers(&v.body, names)),
    }
}

fn mentions(ty: &Type, names: &[&str]) -> bool {
    match ty {
        Type::Scalar(_) | Type::Opaque(_) => false,
        Type::Ref(name) => names.contains(&name.as_str()),
        Type::Option(inner) | Type::List(inner) | Type::Set(inner) | Type::Array(inner, _) => {
            mentions(inner, names)
        }
        Type::Tuple(parts) => parts.iter().any(|part| mentions(part, names)),
        Type::Map(key, value) => mentions(key, names) || mentions(value, names),
    }
}

fn attribute(words: &[String], indent: &str) -> String {
    match words.is_empty() {
        true => String::new(),
        false => format!("{indent}#[serde({})]\n", words.join(", ")),
    }
}

/// The last part of an event's name, as the name of a type.
fn camel_name(event: &str) -> String {
    camel(event.rsplit(['.', ':']).next().unwrap_or_default())
}

/// A text as the name of a type.
fn camel(text: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for c in text.chars() {
        match c {
            c if !c.is_alphanumeric() => upper = true,
            c if std::mem::take(&mut upper) => out.extend(c.to_uppercase()),
            c => out.push(c),
        }
    }
    out
}

/// A text as the name of a field.
fn snake(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_uppercase() => {
                if out.chars().next_back().is_some_and(char::is_lowercase) {
                    out.push('_');
                }
                out.extend(c.to_lowercase());
            }
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push('_'),
        }
    }
    out
}

/// A word as an identifier; `fallback` stands before one that cannot begin with what it does.
fn identifier(word: &str, fallback: &str) -> String {
    const RAW: [&str; 42] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
        "static", "struct", "trait", "true", "type", "typeof", "unsafe", "use", "where",
    ];
    const KEPT: [&str; 5] = ["_", "crate", "self", "Self", "super"];
    match word {
        word if RAW.contains(&word)
            || ["while", "yield", "try", "virtual", "unsized", "macro"].contains(&word) =>
        {
            format!("r#{word}")
        }
        word if KEPT.contains(&word)
            || !word.starts_with(|c: char| c.is_alphabetic() || c == '_') =>
        {
            format!("{fallback}_{word}")
        }
        word => word.to_owned(),
    }
}
