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
    }
}
