use serde::ser::{
    Error as _, Impossible, Serialize, SerializeStruct, SerializeStructVariant, Serializer,
};
use serde_json::Error;
use serde_json::ser::{CompactFormatter, Compound};

use super::strict::Strict;

/// Serialises the content of an enum's variant and leaves its name out.
pub(super) struct Content<'o>(serde_json::Serializer<&'o mut Vec<u8>>);

impl<'o> Content<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self(serde_json::Serializer::new(out))
    }
}

/// The fields of a struct variant, written as those of a struct.
pub(super) struct Fields<'s, 'o>(Compound<'s, &'o mut Vec<u8>, CompactFormatter>);

impl SerializeStructVariant for Fields<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        SerializeStruct::serialize_field(&mut self.0, key, &Strict::within(value))
    }

    fn end(self) -> Result<(), Error> {
        SerializeStruct::end(self.0)
    }
}

fn not_a_variant<T>() -> Result<T, Error> {
    Err(Error::custom(
        "an enum event must serialise as an externally tagged enum, as serde derives it",
    ))
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*))*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<(), Error> {
            not_a_variant()
        })*
    };
}

impl<'s, 'o> Serializer for &'s mut Content<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Fields<'s, 'o>;

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<(), Error> {
        self.0
            .serialize_map(Some(0))
            .and_then(serde::ser::SerializeMap::end)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        Strict::new(value).serialize(&mut self.0)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        len: usize,
    ) -> Result<Fields<'s, 'o>, Error> {
        self.0.serialize_struct(name, len).map(Fields)
    }

    refuse! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_i64(i64) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
        serialize_u64(u64) serialize_f32(f32) serialize_f64(f64) serialize_char(char)
        serialize_str(&str) serialize_bytes(&[u8]) serialize_none() serialize_unit()
        serialize_unit_struct(&'static str)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Error> {
        not_a_variant()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        not_a_variant()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        not_a_variant()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        not_a_variant()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        not_a_variant()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        not_a_variant()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        not_a_variant()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        not_a_variant()
    }
}
