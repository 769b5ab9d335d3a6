use serde::de::value::U32Deserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny,
    IntoDeserializer, VariantAccess, Visitor,
};
use serde_json::Error;
use serde_json::de::StrRead;

type Json<'j, 'de> = &'j mut serde_json::Deserializer<StrRead<'de>>;

/// Deserialises an enum from the content of the variant that serde numbers `index`.
pub(super) struct Variant<'j, 'de> {
    index: u32,
    json: Json<'j, 'de>,
}

impl<'j, 'de> Variant<'j, 'de> {
    pub(super) fn new(index: u32, json: Json<'j, 'de>) -> Self {
        Self { index, json }
    }
}

impl<'de> Deserializer<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(
            "an enum event must deserialise as an externally tagged enum, as serde derives it",
        ))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

impl<'j, 'de> EnumAccess<'de> for Variant<'j, 'de> {
    type Error = Error;
    type Variant = Content<'j, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'j, 'de>), Error> {
        let index: U32Deserializer<Error> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, Content(self.json)))
    }
}

pub(super) struct Content<'j, 'de>(Json<'j, 'de>);

impl<'de> VariantAccess<'de> for Content<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        IgnoredAny::deserialize(self.0).map(|_| ())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
