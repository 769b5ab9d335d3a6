//! The text of a lock file.

use std::fmt::{self, Display, Formatter, Write};

use super::model::{Body, Event, Field, Schema, Tag, Type, Variant};

/// What every lock file begins with.
pub(super) const HEAD: &str = "\
# The shapes of the stored events, as this package writes and reads them. Generated; do not edit.
# A test holds the code against this file, and fails if older events could not be read any more.
# To accept a change: PERICARP_BLESS=1 cargo test, and commit this file with it.
lock 1
";

impl Display for Schema {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for (place, name) in self.dropped.iter().enumerate() {
            let gap = if place == 0 { "\n" } else { "" };
            writeln!(f, "{gap}dropped {}", Name(name))?;
        }
        for category in &self.categories {
            writeln!(f, "\naggregate {}", Name(&category.name))?;
            for name in &category.events {
                writeln!(f, "  {}", Name(name))?;
            }
        }
        for event in &self.events {
            write!(f, "\n{event}")?;
        }
        Ok(())
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let was = if self.gone { "was " } else { "" };
        write!(f, "{was}event {} v{}", Name(&self.name), self.version)?;
        write_head(f, &self.payload)?;
        write_names(f, "alias", &self.aliases)?;
        if !self.reads.is_empty() {
            write!(f, " reads({})", versions(&self.reads))?;
        }
        for split in &self.splits {
            let (name, versions) = (Quoted(&split.name), versions(&split.versions));
            write!(f, " split_from({name}, {versions})")?;
        }
        write_flags(f, &[("unseen", self.unseen)])?;
        f.write_char('\n')?;
        write_inside(f, &self.payload, 1)?;
        for ty in &self.types {
            write!(f, "  type {}", ty.name)?;
            write_head(f, &ty.body)?;
            f.write_char('\n')?;
            write_inside(f, &ty.body, 2)?;
        }
        Ok(())
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => f.write_str(scalar.name()),
            Self::Option(inner) => write!(f, "Option<{inner}>"),
            Self::List(inner) => write!(f, "Vec<{inner}>"),
            Self::Set(inner) => write!(f, "Set<{inner}>"),
            Self::Array(inner, length) => write!(f, "[{inner}; {length}]"),
            Self::Tuple(parts) => {
                f.write_char('(')?;
                for (place, part) in parts.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(f, "{comma}{part}")?;
                }
                f.write_str(if parts.len() == 1 { ",)" } else { ")" })
            }
            Self::Map(key, value) => write!(f, "Map<{key}, {value}>"),
            Self::Ref(name) => f.write_str(name),
            Self::Opaque(written) => write!(f, "opaque({})", Quoted(written)),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let was = if self.gone { "was " } else { "" };
        write!(f, "{was}{}: {}", Name(&self.name), self.ty)?;
        if let Some(name) = &self.reads {
            write!(f, " reads({})", Quoted(name))?;
        }
        write_names(f, "alias", &self.aliases)?;
        match self.default.as_deref() {
            None => {}
            Some("") => f.write_str(" default")?,
            Some(path) => write!(f, " default({})", Quoted(path))?,
        }
        if let Some(path) = &self.skip_if {
            write!(f, " skip_serializing_if({})", Quoted(path))?;
        }
        write_flags(
            f,
            &[
                ("skip_serializing", self.never_written),
                ("skip_deserializing", self.never_read),
                ("flatten", self.flatten),
            ],
        )
    }
}

impl Display for Variant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            _ if self.gone => write!(f, "was {}", Name(&self.name))?,
            "was" => Quoted("was").fmt(f)?,
            name => Name(name).fmt(f)?,
        }
        write_head(f, &self.body)?;
        if let Some(name) = &self.reads {
            write!(f, " reads({})", Quoted(name))?;
        }
        write_names(f, "alias", &self.aliases)?;
        write_flags(
            f,
            &[
                ("skip_serializing", self.never_written),
                ("skip_deserializing", self.never_read),
                ("other", self.other),
                ("untagged", self.untagged),
            ],
        )
    }
}

/// What a body is, on the line of what it belongs to.
fn write_head(f: &mut Formatter<'_>, body: &Body) -> fmt::Result {
    match body {
        Body::Unit => f.write_str(" unit"),
        Body::Newtype(newtype) => {
            write!(f, " = {}", newtype.ty)?;
            write_flags(
                f,
                &[
                    ("transparent", newtype.transparent),
                    ("try_from", newtype.try_from),
                ],
            )
        }
        Body::Tuple(_) => f.write_str(" tuple"),
        Body::Struct { strict, .. } => {
            f.write_str(" struct")?;
            write_flags(f, &[("deny_unknown_fields", *strict)])
        }
        Body::Enum { tag, .. } => {
            f.write_str(" enum")?;
            match tag {
                Tag::External => Ok(()),
                Tag::Internal(tag) => write!(f, " tag({})", Quoted(tag)),
                Tag::Adjacent(tag, content) => {
                    write!(f, " tag({}) content({})", Quoted(tag), Quoted(content))
                }
                Tag::Untagged => f.write_str(" untagged"),
            }
        }
    }
}

/// What is in a body, one line each.
fn write_inside(f: &mut Formatter<'_>, body: &Body, level: usize) -> fmt::Result {
    match body {
        Body::Unit | Body::Newtype(_) => Ok(()),
        Body::Tuple(fields) | Body::Struct { fields, .. } => {
            for field in fields {
                writeln!(f, "{:1$}{field}", "", 2 * level)?;
            }
            Ok(())
        }
        Body::Enum { variants, .. } => {
            for variant in variants {
                writeln!(f, "{:1$}{variant}", "", 2 * level)?;
                write_inside(f, &variant.body, level + 1)?;
            }
            Ok(())
        }
    }
}

fn write_names(f: &mut Formatter<'_>, word: &str, names: &[String]) -> fmt::Result {
    if names.is_empty() {
        return Ok(());
    }
    let quoted: Vec<_> = names.iter().map(|name| Quoted(name).to_string()).collect();
    write!(f, " {word}({})", quoted.join(", "))
}

fn versions(versions: &[u32]) -> String {
    let versions: Vec<_> = versions.iter().map(|v| format!("v{v}")).collect();
    versions.join(", ")
}

fn write_flags(f: &mut Formatter<'_>, flags: &[(&str, bool)]) -> fmt::Result {
    for (word, _) in flags.iter().filter(|(_, is_set)| *is_set) {
        write!(f, " {word}")?;
    }
    Ok(())
}

/// A name as it is, if it is a plain word.
struct Name<'n>(&'n str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = |c: char| super::tokens::is_plain(c);
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            Quoted(self.0).fmt(f)
        }
    }
}

/// A text in quotation marks, on one line.
struct Quoted<'n>(&'n str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
