use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A value that is serialised strictly: what JSON could be written for and not be read back from
/// is an error. JSON has no NaN and no infinity, for which serde_json writes `null`; and it reads
/// 127 levels of arrays and objects, and writes any number.
pub(crate) struct Strict<'v, T: ?Sized> {
    value: &'v T,
    levels: u8,
}

impl<'v, T: ?Sized> Strict<'v, T> {
    pub(crate) const fn new(value: &'v T) -> Self {
        Self { value, levels: 127 }
    }

    /// A value one level down.
    pub(super) const fn within(value: &'v T) -> Self {
        Self { value, levels: 126 }
    }
}

impl<T: Serialize + ?Sized> Serialize for Strict<'_, T> {
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        let levels = self.levels;
        self.value.serialize(Watched { inner, levels })
    }
}

/// A serialiser, or a part of one, and how many levels may still be opened.
struct Watched<S> {
    inner: S,
    levels: u8,
}

impl<S: Serializer> Watched<S> {
    fn open<C>(self, open: impl FnOnce(S) -> Result<C, S::Error>) -> Result<Watched<C>, S::Error> {
        let Some(levels) = self.levels.checked_sub(1) else {
            return Err(S::Error::custom(
                "nested more than 127 levels deep, which JSON readers refuse",
            ));
        };
        let inner = open(self.inner)?;
        Ok(Watched { inner, levels })
    }
}

fn not_a_number<T, E: serde::ser::Error>(value: impl std::fmt::Display) -> Result<T, E> {
    Err(E::custom(format_args!(
        "{value} is no number of JSON; store an Option or a text for it"
    )))
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method(self, $($argument: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($argument),*)
        })*
    };
}

impl<S: Serializer> Serializer for Watched<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Watched<S::SerializeSeq>;
    type SerializeTuple = Watched<S::SerializeTuple>;
    type SerializeTupleStruct = Watched<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Watched<S::SerializeTupleVariant>;
    type SerializeMap = Watched<S::SerializeMap>;
    type SerializeStruct = Watched<S::SerializeStruct>;
    type SerializeStructVariant = Watched<S::SerializeStructVariant>;

    forward! {
        serialize_bool(v: bool) serialize_char(v: char) serialize_str(v: &str)
        serialize_i8(v: i8) serialize_i16(v: i16) serialize_i32(v: i32) serialize_i64(v: i64)
        serialize_u8(v: u8) serialize_u16(v: u16) serialize_u32(v: u32) serialize_u64(v: u64)
        serialize_i128(v: i128) serialize_u128(v: u128) serialize_bytes(v: &[u8])
        serialize_none() serialize_unit() serialize_unit_struct(name: &'static str)
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            self.inner.serialize_f32(value)
        } else {
            not_a_number(value)
        }
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            self.inner.serialize_f64(value)
        } else {
            not_a_number(value)
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let levels = self.levels;
        self.inner.serialize_some(&Strict { value, levels })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let levels = self.levels;
        self.inner
            .serialize_newtype_struct(name, &Strict { value, levels })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let Watched { inner, levels } = self.open(Ok)?;
        inner.serialize_newtype_variant(name, index, variant, &Strict { value, levels })
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.open(|inner| inner.serialize_seq(len))
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.open(|inner| inner.serialize_tuple(len))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.open(|inner| inner.serialize_tuple_struct(name, len))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        // An object around an array.
        let Watched { inner, levels } = self.open(Ok)?;
        Watched { inner, levels }
            .open(|inner: S| inner.serialize_tuple_variant(name, index, variant, len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.open(|inner| inner.serialize_map(len))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        self.open(|inner| inner.serialize_struct(name, len))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        // An object around an object.
        let Watched { inner, levels } = self.open(Ok)?;
        Watched { inner, levels }
            .open(|inner: S| inner.serialize_struct_variant(name, index, variant, len))
    }
}

macro_rules! elements {
    ($($trait:ident :: $method:ident)*) => {
        $(impl<C: $trait> $trait for Watched<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let levels = self.levels;
                self.inner.$method(&Strict { value, levels })
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        })*
    };
}

elements! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! fields {
    ($($trait:ident)*) => {
        $(impl<C: $trait> $trait for Watched<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                let levels = self.levels;
                self.inner.serialize_field(key, &Strict { value, levels })
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
                self.inner.skip_field(key)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        })*
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl<C: SerializeMap> SerializeMap for Watched<C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let levels = self.levels;
        self.inner.serialize_value(&Strict { value, levels })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}
