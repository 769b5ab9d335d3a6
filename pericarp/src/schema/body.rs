use super::shape::Type;

/// A struct or an enum that derives [`Shape`](super::Shape).
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub(crate) name: &'static str,
    /// Tells it from other types of this name, and its instances from each other.
    pub(crate) id: fn() -> &'static str,
    pub(crate) body: Body,
}

impl Named {
    /// Describes the type `T`.
    pub const fn new<T: ?Sized>(name: &'static str, body: Body) -> Self {
        let id = std::any::type_name::<T>;
        Self { name, id, body }
    }
}

/// What is in a struct, in a variant or in the payload of an event.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    Unit,
    /// A single value, written as it is.
    Newtype(Type),
    /// A single value, written as it is, and read as it is even if it is missing.
    Transparent(Type),
    /// A single value, written as it is, and converted by a function that may refuse it.
    TryFrom(Type),
    /// Values, written as an array.
    Tuple(&'static [Field]),
    /// Fields, written as an object.
    Struct(&'static [Field]),
    /// Fields, written as an object; others are refused.
    Strict(&'static [Field]),
    /// One of several variants.
    Enum(Tag, &'static [Variant]),
}

/// How an enum says which of its variants it is.
#[derive(Clone, Copy, Debug)]
pub enum Tag {
    /// By an object with one key, or a text.
    External,
    /// By a field of this name among the others.
    Internal(&'static str),
    /// By one field, and the content in another.
    Adjacent(&'static str, &'static str),
    /// Not at all.
    Untagged,
}

/// A field, and how serde treats it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(crate) name: &'static str,
    pub(crate) ty: Type,
    pub(crate) reads: Option<&'static str>,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) default: Option<&'static str>,
    pub(crate) skip_if: Option<&'static str>,
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
    pub(crate) flatten: bool,
}

impl Field {
    /// A field that is written and read under one name.
    pub const fn new(name: &'static str, ty: Type) -> Self {
        Self {
            name,
            ty,
            reads: None,
            aliases: &[],
            default: None,
            skip_if: None,
            never_written: false,
            never_read: false,
            flatten: false,
        }
    }

    /// It is read under another name than it is written.
    pub const fn reads(mut self, name: &'static str) -> Self {
        self.reads = Some(name);
        self
    }

    /// It is read under these names too.
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// It may be missing; the path of what it is then, or nothing for `Default`.
    pub const fn default(mut self, path: &'static str) -> Self {
        self.default = Some(path);
        self
    }

    /// It is left out if this function says so.
    pub const fn skip_if(mut self, path: &'static str) -> Self {
        self.skip_if = Some(path);
        self
    }

    /// `skip_serializing`.
    pub const fn never_written(mut self) -> Self {
        self.never_written = true;
        self
    }

    /// `skip_deserializing`.
    pub const fn never_read(mut self) -> Self {
        self.never_read = true;
        self
    }

    /// Its fields are among those of the struct it is in.
    pub const fn flatten(mut self) -> Self {
        self.flatten = true;
        self
    }
}

/// A variant of an enum inside a payload, and how serde treats it.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    pub(crate) name: &'static str,
    pub(crate) body: Body,
    pub(crate) reads: Option<&'static str>,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) never_written: bool,
    pub(crate) never_read: bool,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
}

impl Variant {
    /// A variant that is written and read under one name.
    pub const fn new(name: &'static str, body: Body) -> Self {
        Self {
            name,
            body,
            reads: None,
            aliases: &[],
            never_written: false,
            never_read: false,
            other: false,
            untagged: false,
        }
    }

    /// It is read under another name than it is written.
    pub const fn reads(mut self, name: &'static str) -> Self {
        self.reads = Some(name);
        self
    }

    /// It is read under these names too.
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// `skip_serializing`.
    pub const fn never_written(mut self) -> Self {
        self.never_written = true;
        self
    }

    /// `skip_deserializing`.
    pub const fn never_read(mut self) -> Self {
        self.never_read = true;
        self
    }

    /// It stands for all names that are not known.
    pub const fn other(mut self) -> Self {
        self.other = true;
        self
    }

    /// It is written without its name.
    pub const fn untagged(mut self) -> Self {
        self.untagged = true;
        self
    }
}
