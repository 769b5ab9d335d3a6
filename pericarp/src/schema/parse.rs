//! From the text of a lock file to what it says.

use super::error::{LockSyntax, ParseLockError};
use super::model::{
    Body, Category, Event, Field, Named, Newtype, Schema, Split, Tag, Type, Variant,
};
use super::scalar::Scalar;
use super::tokens::Line;

impl Schema {
    /// Reads the text of a lock file.
    ///
    /// # Errors
    /// [`ParseLockError`] names the line that does not belong in one.
    pub fn parse(text: &str) -> Result<Self, ParseLockError> {
        let mut reader = Reader::default();
        let mut last = 1;
        for (number, line) in (1..).zip(text.lines()) {
            last = number;
            let at = |syntax| ParseLockError {
                line: number,
                syntax,
            };
            reader.line(line).map_err(at)?;
        }
        let at_end = |syntax| ParseLockError { line: last, syntax };
        reader.end().map_err(at_end)
    }
}

#[derive(Default)]
struct Reader {
    is_lock: bool,
    in_category: bool,
    schema: Schema,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), LockSyntax> {
        let text = line.trim_start_matches(' ');
        if text.trim().is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            return Err(LockSyntax::MergeConflict);
        }
        let indent = line.len() - text.len();
        let mut line = Line::new(text.trim_end())?;
        if !self.is_lock {
            return self.form(&mut line);
        }
        match indent {
            0 => self.block(&mut line),
            2 if self.in_category => self.listed(&mut line),
            _ => {
                let allowed = if self.in_category { 2 } else { 0 };
                let event = self.schema.events.last_mut();
                let Some(event) = event.filter(|_| !self.in_category) else {
                    return Err(LockSyntax::Indent {
                        found: indent,
                        allowed,
                    });
                };
                inside(event, indent, text, &mut line)
            }
        }?;
        if line.is_empty() {
            Ok(())
        } else {
            Err(LockSyntax::Word {
                word: line.name().unwrap_or_else(|_| text.to_owned()),
            })
        }
    }

    fn form(&mut self, line: &mut Line) -> Result<(), LockSyntax> {
        if line.word().is_ok_and(|word| word == "lock") {
            let found = line.word()?;
            if found != "1" {
                return Err(LockSyntax::NewerForm { found });
            }
            self.is_lock = true;
            return Ok(());
        }
        Err(LockSyntax::NoVersion)
    }

    fn block(&mut self, line: &mut Line) -> Result<(), LockSyntax> {
        self.finish_event()?;
        self.in_category = false;
        match line.word()?.as_str() {
            "event" => self.event(line, false),
            "was" => match line.word()?.as_str() {
                "event" => self.event(line, true),
                word => Err(LockSyntax::Word { word: word.into() }),
            },
            "dropped" => {
                self.schema.dropped.push(line.name()?);
                Ok(())
            }
            "aggregate" => self.category(line),
            word => Err(LockSyntax::Word { word: word.into() }),
        }
    }

    fn category(&mut self, line: &mut Line) -> Result<(), LockSyntax> {
        let name = line.name()?;
        let mut known = self.schema.categories.iter();
        if known.any(|other| other.name == name) {
            return Err(LockSyntax::Twice { name });
        }
        let events = Vec::new();
        self.schema.categories.push(Category { name, events });
        self.in_category = true;
        Ok(())
    }

    /// The name of an event that is read from the streams of a category.
    fn listed(&mut self, line: &mut Line) -> Result<(), LockSyntax> {
        let name = line.name()?;
        if let Some(category) = self.schema.categories.last_mut() {
            category.events.push(name);
        }
        Ok(())
    }

    fn event(&mut self, line: &mut Line, gone: bool) -> Result<(), LockSyntax> {
        let name = line.name()?;
        let version = version(&line.word()?)?;
        let mut event = Event {
            gone,
            unseen: false,
            name,
            version,
            aliases: Vec::new(),
            reads: Vec::new(),
            splits: Vec::new(),
            payload: Body::Unit,
            types: Vec::new(),
        };
        event.payload = head(line, |word, line| {
            match word {
                "alias" => event.aliases = line.names()?,
                "split_from" => event.splits.push(split(line)?),
                "unseen" => event.unseen = true,
                "reads" => event.reads = versions(&line.names()?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let known = self.schema.events.iter();
        if known
            .clone()
            .any(|other| other.name == event.name && other.version == event.version)
        {
            return Err(LockSyntax::Twice {
                name: event.title(),
            });
        }
        self.schema.events.push(event);
        Ok(())
    }

    fn end(mut self) -> Result<Schema, LockSyntax> {
        if !self.is_lock {
            return Err(LockSyntax::NoVersion);
        }
        self.finish_event()?;
        self.schema.sort();
        Ok(self.schema)
    }

    /// Checks that what the last event refers to is there.
    fn finish_event(&self) -> Result<(), LockSyntax> {
        let Some(event) = self.schema.events.last() else {
            return Ok(());
        };
        check_body(&event.payload, event)?;
        event
            .types
            .iter()
            .try_for_each(|ty| check_body(&ty.body, event))
    }
}

/// A line of an event: a field, a variant, or a type that it uses.
fn inside(event: &mut Event, indent: usize, text: &str, line: &mut Line) -> Result<(), LockSyntax> {
    let is_type = text
        .strip_prefix("type ")
        .is_some_and(|rest| !rest.starts_with(':'));
    if indent == 2 && is_type {
        line.word()?;
        let name = line.word()?;
        if event.body_of(&name).is_some() {
            return Err(LockSyntax::Twice { name });
        }
        let body = head(line, |_, _| Ok(false))?;
        event.types.push(Named { name, body });
        return Ok(());
    }
    let (mut body, mut level) = match event.types.last_mut() {
        Some(ty) => (&mut ty.body, 4),
        None => (&mut event.payload, 2),
    };
    loop {
        match body {
            Body::Tuple(fields) | Body::Struct { fields, .. } if indent == level => {
                fields.push(field(line)?);
                return Ok(());
            }
            Body::Enum { variants, .. } if indent == level => {
                variants.push(variant(line)?);
                return Ok(());
            }
            Body::Enum { variants, .. } if indent > level => match variants.last_mut() {
                Some(variant) => (body, level) = (&mut variant.body, level + 2),
                None => {
                    return Err(LockSyntax::Indent {
                        found: indent,
                        allowed: level,
                    });
                }
            },
            _ => {
                return Err(LockSyntax::Indent {
                    found: indent,
                    allowed: level,
                });
            }
        }
    }
}

fn version(text: &str) -> Result<u32, LockSyntax> {
    let number = text.strip_prefix('v').and_then(|text| text.parse().ok());
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| LockSyntax::Number {
            text: text.to_owned(),
        })
}

fn versions(texts: &[String]) -> Result<Vec<u32>, LockSyntax> {
    texts.iter().map(|text| version(text)).collect()
}

/// `(name, version, ..)`.
fn split(line: &mut Line) -> Result<Split, LockSyntax> {
    let mut names = line.names()?;
    let texts = names.split_off(1);
    Ok(Split {
        name: names.pop().unwrap_or_default(),
        versions: versions(&texts)?,
    })
}

/// What a body is, and the words after it: `other` takes those of what the body belongs to.
fn head(
    line: &mut Line,
    mut other: impl FnMut(&str, &mut Line) -> Result<bool, LockSyntax>,
) -> Result<Body, LockSyntax> {
    let mut body = if line.takes('=') {
        Body::Newtype(Newtype::new(ty(line, 0)?))
    } else {
        match line.word()?.as_str() {
            "unit" => Body::Unit,
            "tuple" => Body::Tuple(Vec::new()),
            "struct" => Body::Struct {
                fields: Vec::new(),
                strict: false,
            },
            "enum" => Body::Enum {
                tag: Tag::External,
                variants: Vec::new(),
            },
            word => return Err(LockSyntax::Word { word: word.into() }),
        }
    };
    while !line.is_empty() {
        let word = line.word()?;
        match (&mut body, word.as_str()) {
            (Body::Newtype(newtype), "transparent") => newtype.transparent = true,
            (Body::Newtype(newtype), "try_from") => newtype.try_from = true,
            (Body::Struct { strict, .. }, "deny_unknown_fields") => *strict = true,
            (Body::Enum { tag, .. }, "tag") => *tag = Tag::Internal(line.one_name()?),
            (Body::Enum { tag, .. }, "content") => {
                let content = line.one_name()?;
                match tag {
                    Tag::Internal(name) => *tag = Tag::Adjacent(std::mem::take(name), content),
                    _ => return Err(LockSyntax::Word { word }),
                }
            }
            (Body::Enum { tag, .. }, "untagged") => *tag = Tag::Untagged,
            _ if other(&word, line)? => {}
            _ => return Err(LockSyntax::Word { word }),
        }
    }
    Ok(body)
}

fn field(line: &mut Line) -> Result<Field, LockSyntax> {
    let mut name = line.name()?;
    // `was: u8` is a field of that name.
    let gone = name == "was" && !line.is_at(':');
    if gone {
        name = line.name()?;
    }
    line.mark(':')?;
    let mut field = Field::new(name, ty(line, 0)?);
    field.gone = gone;
    while !line.is_empty() {
        match line.word()?.as_str() {
            "reads" => field.reads = Some(line.one_name()?),
            "alias" => field.aliases = line.names()?,
            "default" => {
                field.default = Some(String::new());
                if line.takes('(') {
                    field.default = Some(line.name()?);
                    line.mark(')')?;
                }
            }
            "skip_serializing_if" => field.skip_if = Some(line.one_name()?),
            "skip_serializing" => field.never_written = true,
            "skip_deserializing" => field.never_read = true,
            "flatten" => field.flatten = true,
            word => return Err(LockSyntax::Word { word: word.into() }),
        }
    }
    Ok(field)
}

fn variant(line: &mut Line) -> Result<Variant, LockSyntax> {
    // `"was" unit` is a variant of that name.
    let gone = line.takes_word("was");
    let mut variant = Variant::new(line.name()?, Body::Unit);
    variant.gone = gone;
    variant.body = head(line, |word, line| {
        match word {
            "reads" => variant.reads = Some(line.one_name()?),
            "alias" => variant.aliases = line.names()?,
            "skip_serializing" => variant.never_written = true,
            "skip_deserializing" => variant.never_read = true,
            "other" => variant.other = true,
            "untagged" => variant.untagged = true,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(variant)
}

fn ty(line: &mut Line, depth: usize) -> Result<Type, LockSyntax> {
    if depth > 64 {
        return Err(LockSyntax::Deep);
    }
    let inner = |line: &mut Line| ty(line, depth + 1).map(Box::new);
    if line.takes('[') {
        let element = inner(line)?;
        line.mark(';')?;
        let text = line.word()?;
        let length = text.parse().map_err(|_| LockSyntax::Number { text })?;
        line.mark(']')?;
        return Ok(Type::Array(element, length));
    }
    if line.takes('(') {
        let mut parts = Vec::new();
        while !line.takes(')') {
            parts.push(*inner(line)?);
            if !line.takes(',') {
                line.mark(')')?;
                break;
            }
        }
        return Ok(match parts.is_empty() {
            true => Type::Scalar(Scalar::Unit),
            false => Type::Tuple(parts),
        });
    }
    let name = line.word()?;
    if name == "opaque" {
        return Ok(Type::Opaque(line.one_name()?));
    }
    if let Some(scalar) = Scalar::named(&name) {
        return Ok(Type::Scalar(scalar));
    }
    let wrap: fn(Box<Type>) -> Type = match name.as_str() {
        "Option" => Type::Option,
        "Vec" => Type::List,
        "Set" => Type::Set,
        "Map" => {
            line.mark('<')?;
            let key = inner(line)?;
            line.mark(',')?;
            let value = inner(line)?;
            line.mark('>')?;
            return Ok(Type::Map(key, value));
        }
        _ => return Ok(Type::Ref(name)),
    };
    line.mark('<')?;
    let wrapped = wrap(inner(line)?);
    line.mark('>')?;
    Ok(wrapped)
}

fn check_body(body: &Body, event: &Event) -> Result<(), LockSyntax> {
    match body {
        Body::Unit => Ok(()),
        Body::Newtype(newtype) => check_type(&newtype.ty, event),
        Body::Tuple(fields) | Body::Struct { fields, .. } => fields
            .iter()
            .try_for_each(|field| check_type(&field.ty, event)),
        Body::Enum { variants, .. } => variants
            .iter()
            .try_for_each(|variant| check_body(&variant.body, event)),
    }
}

fn check_type(ty: &Type, event: &Event) -> Result<(), LockSyntax> {
    match ty {
        Type::Scalar(_) | Type::Opaque(_) => Ok(()),
        Type::Option(inner) | Type::List(inner) | Type::Set(inner) | Type::Array(inner, _) => {
            check_type(inner, event)
        }
        Type::Tuple(parts) => parts.iter().try_for_each(|part| check_type(part, event)),
        Type::Map(key, value) => check_type(key, event).and_then(|()| check_type(value, event)),
        Type::Ref(name) if event.body_of(name).is_some() => Ok(()),
        Type::Ref(name) => Err(LockSyntax::UnknownType { name: name.clone() }),
    }
}
