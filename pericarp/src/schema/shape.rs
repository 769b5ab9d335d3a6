use super::body::Named;
use super::scalar::Scalar;

/// A type whose JSON the schema lock can describe.
///
/// Derive it beside serde's traits on the types that events have fields of, so that the lock sees
/// into them; the derive knows serde's attributes. For a type with serde implementations written
/// by hand, forward to the type it is written as:
///
/// ```
/// use pericarp::{Shape, schema::Form};
///
/// struct Iban(String); // serde writes it as a text
///
/// impl Shape for Iban {
///     const SHAPE: Form = <String as Shape>::SHAPE;
/// }
/// ```
///
/// A field whose type has no shape is no error: the lock marks it as opaque, and compares nothing
/// but its name.
#[diagnostic::on_unimplemented(
    message = "derive `Shape` for `{Self}`, so that the schema lock can see into it",
    label = "no `Shape` for `{Self}`",
    note = "derive it beside serde's traits: `#[derive(Shape, Serialize, Deserialize)]`"
)]
pub trait Shape {
    /// What serde makes of it.
    const SHAPE: Form;
}

/// What serde makes of a type, as JSON.
///
/// Parts are behind functions, so that a type may hold itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Form {
    /// A value without parts.
    Scalar(Scalar),
    /// The value or `null`.
    Option(fn() -> Form),
    /// An array of any length.
    List(fn() -> Form),
    /// An array of any length, of which equal elements are one.
    Set(fn() -> Form),
    /// An array of this length.
    Array(fn() -> Form, usize),
    /// An array with a type for each element.
    Tuple(&'static [fn() -> Form]),
    /// An object with any keys.
    Map(fn() -> Form, fn() -> Form),
    /// A struct or an enum; only `#[derive(Shape)]` makes one.
    #[doc(hidden)]
    Named(Named),
}

/// The form of a type, as a function.
pub(crate) const fn form<T: Shape + ?Sized>() -> Form {
    T::SHAPE
}

/// The type of a field: as it was written, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub(crate) written: &'static str,
    /// Which functions decide on the bytes, if not the type.
    pub(crate) by: &'static str,
    pub(crate) seen: fn() -> Seen,
}

/// What is known of a type.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// All.
    Form(Form),
    /// That it is an `Option`.
    Option,
    /// Nothing: it has no [`Shape`].
    Opaque,
}

impl Type {
    /// Describes the type of a field.
    pub const fn new(written: &'static str, seen: fn() -> Seen) -> Self {
        Self {
            written,
            by: "",
            seen,
        }
    }

    /// A type that is not looked into, because functions decide on the bytes.
    pub const fn opaque(written: &'static str, by: &'static str) -> Self {
        Self {
            written,
            by,
            seen: || Seen::Opaque,
        }
    }
}
