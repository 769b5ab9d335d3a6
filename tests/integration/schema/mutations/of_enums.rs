//! Enums inside events.

use super::{Edit, edits};

pub(super) fn edits() -> Vec<Edit> {
    edits! {
        "an enum gets another variant": Note ["+ kind.Card: Card unit", "update every reader"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash } } = E { kind: K::Cash };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } }

        "an enum loses a variant": Breaking ["- kind.Card: Card unit", "keep the variant"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } } = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash } }

        "an enum loses a variant, and another stands for all unknown": Note ["read as `Other`"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, Card, #[serde(other)] Other } }
            = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, #[serde(other)] Other } }

        "a variant is renamed": Breaking ["~ kind.Card", "add `#[serde(alias = \"Card\")]` to `Plastic`"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } } = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Plastic } }

        "a variant is renamed, with `#[serde(rename)]`": Compatible ["no event has changed"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } } = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(rename = "Card")] Plastic } }

        "variants change places": Compatible ["in another order"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } } = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Card, Cash } }

        "`rename_all` of an enum changes": Breaking ["- kind.Cash: Cash unit"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Card } } = E { kind: K::Card };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(rename_all = "lowercase")] pub enum K { Cash, Card } }

        "an enum gets a tag": Breaking ["stands in another place now", "keep serde's `tag`"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8 } } } = E { kind: K::Cash { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash { n: u8 } } }

        "a tag gets its content in another field": Breaking ["stands in another place now"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash { n: u8 } } } = E { kind: K::Cash { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t", content = "c")] pub enum K { Cash { n: u8 } } }

        "a variant gets an optional field": Compatible ["+ kind.Cash.till: Option<u8>"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8 } } } = E { kind: K::Cash { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8, till: Option<u8> } } }

        "a variant gets a required field": Breaking ["+ kind.Cash.till: u8"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8 } } } = E { kind: K::Cash { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8, till: u8 } } }

        "a variant without content gets some": Breaking ["in another form than without"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash } } = E { kind: K::Cash };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { till: Option<u8> } } }

        "a variant without content gets some, among its tag": Compatible ["+ kind.Cash.till: Option<u8>"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash } } = E { kind: K::Cash };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash { till: Option<u8> } } }

        "a variant's fields become a struct": Compatible ["Cash = Cash"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash { n: u8 } } } = E { kind: K::Cash { n: 1 } };
        new {
            pub struct E { kind: K }
            #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash(Cash) }
            #[derive(Shape, Serialize, Deserialize)] pub struct Cash { n: u8 }
        }

        "an enum of names becomes `String`": Compatible ["~ kind: K -> String"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash } } = E { kind: K::Cash };
        new { pub struct E { kind: String } }

        "`String` becomes an enum of names": Breaking ["what is stored is a text, and a variant is read"]
        old { pub struct E { kind: String } } = E { kind: "Cheque".into() };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash } }

        "an untagged enum gets a variant at its end": Note ["update every reader"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { N(u8) } } = E { kind: K::N(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { N(u8), S(String) } }

        "an untagged enum gets a variant at its beginning": Breaking ["the first variant that fits"]
            stricter "which variant an event is read as is not in what it is written as"
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { N(u8) } } = E { kind: K::N(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A(u64), N(u8) } }

        "a variant does not stand for all unknown any more": Breaking ["other", "cannot be read"]
            stricter "an event may have been stored with a variant that is gone, and this one was not"
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, #[serde(other)] Other } } = E { kind: K::Cash };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, Other } }

        "a variant stands for all unknown from now on": Compatible ["other"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, Other } } = E { kind: K::Other };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Cash, #[serde(other)] Other } }

        "a variant loses its name to `untagged`": Breaking ["Other", "untagged"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Other(u8) } } = E { kind: K::Other(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] Other(u8) } }

        "an untagged variant gets a name": Breaking ["Other", "untagged"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] Other(u8) } } = E { kind: K::Other(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, Other(u8) } }

        "an untagged variant comes before another": Breaking ["the first variant that fits"]
            stricter "which variant an event is read as is not in what it is written as"
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] N(u8) } } = E { kind: K::N(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] A(u64), #[serde(untagged)] N(u8) } }

        "an untagged variant is renamed": Compatible ["the same JSON"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] N(u8) } } = E { kind: K::N(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Cash, #[serde(untagged)] M(u8) } }

        "a `Value` becomes a `RawValue`, inside of an enum with a tag": Breaking ["Json -> RawValue", "tag"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { p: Value } } } = E { kind: K::A { p: Value::from(1) } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { p: Box<RawValue> } } }

        "a `Value` becomes a `RawValue`, inside of an enum with tag and content": Compatible ["Json -> RawValue"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t", content = "c")] pub enum K { A { p: Value } } } = E { kind: K::A { p: Value::from(1) } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t", content = "c")] pub enum K { A { p: Box<RawValue> } } }

        "the keys of a map become numbers, inside of an enum with a tag": Breaking ["Map<String, u8> -> Map<u8, u8>"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { m: BTreeMap<String, u8> } } } = E { kind: K::A { m: BTreeMap::from([("1".into(), 1)]) } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { m: BTreeMap<u8, u8> } } }

        "a tagged variant gets a map with numbers as keys": Breaking ["+ kind.A.m: Option<Map<u8, u8>>", "tag"]
            stricter "what is stored already is read; what is stored from now on is not"
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { n: u8 } } } = E { kind: K::A { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { A { n: u8, m: Option<BTreeMap<u8, u8>> } } }

        "an enum loses a variant with content, and a plain one stands for all unknown": Breaking ["- kind.Card"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { Card(u8), #[serde(other)] Other } } = E { kind: K::Card(1) };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] pub enum K { #[serde(other)] Other } }

        "a tagged enum loses a variant with fields, and another stands for all unknown": Note ["read as `Other`"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { Card { n: u8 }, #[serde(other)] Other } } = E { kind: K::Card { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t")] pub enum K { #[serde(other)] Other } }

        "an enum with tag and content loses a variant, and another stands for all unknown": Breaking ["- kind.Card"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t", content = "c")] pub enum K { Card { n: u8 }, #[serde(other)] Other } } = E { kind: K::Card { n: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "t", content = "c")] pub enum K { #[serde(other)] Other } }

        "a variant of an untagged enum takes more than it did": Breaking ["the first variant that fits"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { x: u8 }, B { y: u8 } } } = E { kind: K::B { y: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { x: Option<u8> }, B { y: u8 } } }

        "a number of an untagged enum gets wider": Breaking ["the first variant that fits"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { n: N }, B { n: u16, m: Option<u8> } } #[derive(Shape, Serialize, Deserialize)] pub struct N(u8); }
            = E { kind: K::B { n: 300, m: Some(1) } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { n: N }, B { n: u16, m: Option<u8> } } #[derive(Shape, Serialize, Deserialize)] pub struct N(u16); }

        "the last variant of an untagged enum takes more than it did": Compatible ["the same JSON"]
        old { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { x: u8 }, B { y: u8 } } } = E { kind: K::B { y: 1 } };
        new { pub struct E { kind: K } #[derive(Shape, Serialize, Deserialize)] #[serde(untagged)] pub enum K { A { x: u8 }, B { y: u8, z: Option<u8> } } }
    }
}
