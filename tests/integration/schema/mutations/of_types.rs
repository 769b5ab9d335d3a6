//! Fields of another type.

use super::{Edit, edits};

pub(super) fn edits() -> Vec<Edit> {
    edits! {
        "`u32` becomes `u64`": Compatible ["~ n: u32 -> u64"]
        old { pub struct E { n: u32 } } = E { n: u32::MAX };
        new { pub struct E { n: u64 } }

        "`i32` becomes `i64`": Compatible ["~ n: i32 -> i64"]
        old { pub struct E { n: i32 } } = E { n: i32::MIN };
        new { pub struct E { n: i64 } }

        "`u32` becomes `i64`": Compatible ["~ n: u32 -> i64"]
        old { pub struct E { n: u32 } } = E { n: u32::MAX };
        new { pub struct E { n: i64 } }

        "`u64` becomes `u32`": Breaking ["~ n: u64 -> u32", "beyond the new type", "n: u64,"]
        old { pub struct E { n: u64 } } = E { n: u64::MAX };
        new { pub struct E { n: u32 } }

        "`i64` becomes `u64`": Breaking ["beyond the new type"]
        old { pub struct E { n: i64 } } = E { n: -1 };
        new { pub struct E { n: u64 } }

        "`u64` becomes `i64`": Breaking ["beyond the new type"]
        old { pub struct E { n: u64 } } = E { n: u64::MAX };
        new { pub struct E { n: i64 } }

        "`u32` becomes `NonZeroU32`": Breaking ["u32 -> NonZeroU32"]
        old { pub struct E { n: u32 } } = E { n: 0 };
        new { pub struct E { n: std::num::NonZeroU32 } }

        "`f32` becomes `f64`": Compatible ["~ n: f32 -> f64"]
        old { pub struct E { n: f32 } } = E { n: 0.5 };
        new { pub struct E { n: f64 } }

        "`f64` becomes `f32`": Breaking ["rounded to fewer digits"]
        old { pub struct E { n: f64 } } = E { n: 0.123_456_789_012 };
        new { pub struct E { n: f32 } }

        "`u32` becomes `f64`": Compatible ["~ n: u32 -> f64"]
        old { pub struct E { n: u32 } } = E { n: u32::MAX };
        new { pub struct E { n: f64 } }

        "`u64` becomes `f64`": Note ["rounded to the nearest float"]
        old { pub struct E { n: u64 } } = E { n: 5 };
        new { pub struct E { n: f64 } }

        "`f64` becomes `i64`": Breaking ["cannot be read as an integer"]
        old { pub struct E { n: f64 } } = E { n: 1.0 };
        new { pub struct E { n: i64 } }

        "`u64` becomes `String`": Breaking ["cannot be read as the new type"]
        old { pub struct E { n: u64 } } = E { n: 1 };
        new { pub struct E { n: String } }

        "`T` becomes `Option<T>`": Compatible ["~ n: u64 -> Option<u64>"]
        old { pub struct E { n: u64 } } = E { n: 1 };
        new { pub struct E { n: Option<u64> } }

        "`Option<T>` becomes `T`": Breaking ["without it, or with null, cannot be read", "keep the `Option`"]
        old { pub struct E { n: Option<u64> } } = E { n: None };
        new { pub struct E { n: u64 } }

        "`String` becomes `&str`": Breaking ["a text that JSON escapes"]
        old { pub struct E { text: String } } = E { text: "two\nlines".into() };
        new { pub struct E<'a> { #[event(no_escapes)] text: &'a str } }

        "`String` becomes `Cow<str>`": Compatible ["no event has changed"]
        old { pub struct E { text: String } } = E { text: "two\nlines".into() };
        new { pub struct E<'a> { #[serde(borrow)] text: std::borrow::Cow<'a, str> } }

        "`Uuid` becomes `String`": Compatible ["~ id: Uuid -> String"]
        old { pub struct E { id: Uuid } } = E { id: Uuid::nil() };
        new { pub struct E { id: String } }

        "`String` becomes `Uuid`": Breaking ["in another form"]
        old { pub struct E { id: String } } = E { id: "me".into() };
        new { pub struct E { id: Uuid } }

        "`Timestamp` becomes `String`": Compatible ["~ at: Timestamp -> String"]
        old { pub struct E { at: Timestamp } } = E { at: Timestamp::EPOCH };
        new { pub struct E { at: String } }

        "a number becomes a newtype of it": Compatible ["~ cents: u64 -> Cents"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: Cents } #[derive(Shape, Serialize, Deserialize)] pub struct Cents(u64); }

        "a newtype becomes a struct": Breaking ["what is stored is a number, and an object is read"]
        old { pub struct E { cents: Cents } #[derive(Shape, Serialize, Deserialize)] pub struct Cents(u64); } = E { cents: Cents(5) };
        new { pub struct E { cents: Cents } #[derive(Shape, Serialize, Deserialize)] pub struct Cents { cents: u64 } }

        "a struct becomes a tuple": Breaking ["what is stored is an object, and an array is read"]
        old { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { x: u8, y: u8 } } = E { p: P { x: 1, y: 2 } };
        new { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P(u8, u8); }

        "a tuple becomes a struct": Breaking ["by the order of the fields"]
            stricter "serde reads the array, but nothing would keep the order of the fields"
        old { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P(u8, u8); } = E { p: P(1, 2) };
        new { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { x: u8, y: u8 } }

        "a tuple gets longer": Breaking ["fewer elements than are read"]
        old { pub struct E { p: (u8, u8) } } = E { p: (1, 2) };
        new { pub struct E { p: (u8, u8, u8) } }

        "a tuple struct gets longer, with a default": Compatible ["described in another way"]
        old { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P(u8, u8); } = E { p: P(1, 2) };
        new { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P(u8, u8, #[serde(default)] u8); }

        "a tuple gets shorter": Breaking ["more elements than are read"]
        old { pub struct E { p: (u8, u8, u8) } } = E { p: (1, 2, 3) };
        new { pub struct E { p: (u8, u8) } }

        "an array becomes a `Vec`": Compatible ["~ p: [u8; 2] -> Vec<u8>"]
        old { pub struct E { p: [u8; 2] } } = E { p: [1, 2] };
        new { pub struct E { p: Vec<u8> } }

        "a `Vec` becomes an array": Breaking ["Vec<u8> -> [u8; 2]"]
        old { pub struct E { p: Vec<u8> } } = E { p: vec![1, 2, 3] };
        new { pub struct E { p: [u8; 2] } }

        "a `Vec` becomes a set": Note ["equal elements of a stored array become one"]
        old { pub struct E { p: Vec<u8> } } = E { p: vec![1, 1] };
        new { pub struct E { p: BTreeSet<u8> } }

        "the elements of a `Vec` get wider": Compatible ["~ p: Vec<u8> -> Vec<u16>"]
        old { pub struct E { p: Vec<u8> } } = E { p: vec![1] };
        new { pub struct E { p: Vec<u16> } }

        "the keys of a map become texts": Compatible ["Map<u8, u8> -> Map<String, u8>"]
        old { pub struct E { m: BTreeMap<u8, u8> } } = E { m: BTreeMap::from([(1, 2)]) };
        new { pub struct E { m: BTreeMap<String, u8> } }

        "a struct becomes a map": Compatible ["~ p: P -> Map<String, u8>"]
        old { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { x: u8, y: u8 } } = E { p: P { x: 1, y: 2 } };
        new { pub struct E { p: BTreeMap<String, u8> } }

        "a map becomes a struct": Breaking ["what is stored is an object"]
        old { pub struct E { p: BTreeMap<String, u8> } } = E { p: BTreeMap::from([("z".into(), 2)]) };
        new { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { x: u8 } }

        "anything becomes a `Value`": Compatible ["~ p: Vec<u8> -> Json"]
        old { pub struct E { p: Vec<u8> } } = E { p: vec![1] };
        new { pub struct E { p: Value } }

        "a `Value` becomes a type": Breaking ["Json -> Vec<u8>"]
        old { pub struct E { p: Value } } = E { p: Value::from(true) };
        new { pub struct E { p: Vec<u8> } }

        "a type without a shape becomes another": Breaking ["the lock cannot see into the type"]
        old { pub struct E { p: Money } #[derive(Serialize, Deserialize)] pub struct Money(u64); } = E { p: Money(5) };
        new { pub struct E { p: Price } #[derive(Serialize, Deserialize)] pub struct Price { euros: u64 } }

        "a type gets a shape": Note ["the lock sees into it from now on"]
        old { pub struct E { p: Money } #[derive(Serialize, Deserialize)] pub struct Money(u64); } = E { p: Money(5) };
        new { pub struct E { p: Money } #[derive(Shape, Serialize, Deserialize)] pub struct Money(u64); }

        "a type loses its shape": Note ["does not see into it any more", "keep `#[derive(Shape)]`"]
        old { pub struct E { p: Money } #[derive(Shape, Serialize, Deserialize)] pub struct Money(u64); } = E { p: Money(5) };
        new { pub struct E { p: Money } #[derive(Serialize, Deserialize)] pub struct Money(u64); }

        "a field is written by another function": Breaking ["opaque(\"u64 with plain\")", "cannot see into the type"]
        old { pub struct E { n: u64 } } = E { n: 5 };
        new {
            pub struct E { #[serde(with = "plain")] n: u64 }
            mod plain {
                pub(super) fn serialize<S: serde::Serializer>(n: &u64, to: S) -> Result<S::Ok, S::Error> {
                    to.collect_str(n)
                }
                pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
                    let text: String = serde::Deserialize::deserialize(from)?;
                    text.parse().map_err(serde::de::Error::custom)
                }
            }
        }

        "a text is read with `try_from`": Breaking ["~ code: String -> Code", "refuse"]
        old { pub struct E { code: String } } = E { code: "toolong".into() };
        new {
            pub struct E { code: Code }
            #[derive(Shape, Serialize, Deserialize)] #[serde(try_from = "String", into = "String")] #[derive(Clone)] pub struct Code(String);
            impl TryFrom<String> for Code {
                type Error = &'static str;
                fn try_from(text: String) -> Result<Self, &'static str> {
                    if text.len() < 4 { Ok(Self(text)) } else { Err("too long") }
                }
            }
            impl From<Code> for String { fn from(code: Code) -> Self { code.0 } }
        }

        "a text is read with `from`": Compatible ["~ code: String -> Code"]
        old { pub struct E { code: String } } = E { code: "toolong".into() };
        new {
            pub struct E { code: Code }
            #[derive(Shape, Serialize, Deserialize)] #[serde(from = "String", into = "String")] #[derive(Clone)] pub struct Code(String);
            impl From<String> for Code { fn from(text: String) -> Self { Self(text) } }
            impl From<Code> for String { fn from(code: Code) -> Self { code.0 } }
        }

        "a text is not read with `try_from` any more": Compatible ["~ code: Code -> String"]
        old {
            pub struct E { code: Code }
            #[derive(Shape, Serialize, Deserialize)] #[serde(try_from = "String", into = "String")] #[derive(Clone)] pub struct Code(String);
            impl TryFrom<String> for Code {
                type Error = &'static str;
                fn try_from(text: String) -> Result<Self, &'static str> { Ok(Self(text)) }
            }
            impl From<Code> for String { fn from(code: Code) -> Self { code.0 } }
        } = E { code: Code("c".into()) };
        new { pub struct E { code: String } }

        "`u128` becomes a `Value`": Note ["~ n: u128 -> Json", "rounded"]
        old { pub struct E { n: u128 } } = E { n: u128::MAX };
        new { pub struct E { n: Value } }

        "a `Value` becomes a `RawValue`": Compatible ["~ p: Json -> RawValue"]
        old { pub struct E { p: Value } } = E { p: Value::from(vec![1]) };
        new { pub struct E { p: Box<RawValue> } }

        "a `RawValue` becomes a `Value`": Note ["~ p: RawValue -> Json"]
        old { pub struct E { p: Box<RawValue> } } = E { p: RawValue::from_string("1.00000000000000000001".into()).unwrap() };
        new { pub struct E { p: Value } }

        "a struct with a flattened one becomes a map": Compatible ["~ p: P -> Map<String, u8>"]
        old { pub struct E { p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { x: u8, #[serde(flatten)] q: Q } #[derive(Shape, Serialize, Deserialize)] pub struct Q { y: u8 } }
            = E { p: P { x: 1, q: Q { y: 2 } } };
        new { pub struct E { p: BTreeMap<String, u8> } }
    }
}
