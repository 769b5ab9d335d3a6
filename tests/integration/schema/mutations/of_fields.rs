//! Fields that come, go, and are called or treated in another way.

use super::{Edit, edits};

pub(super) fn edits() -> Vec<Edit> {
    edits! {
        "a new `Option`": Compatible ["+ note: Option<String>", "read as `None`"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, note: Option<String> } }

        "a new field with `#[serde(default)]`": Compatible ["+ note: String default", "read with its default"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, #[serde(default)] note: String } }

        "a new field, all of them with `#[serde(default)]` on the struct": Compatible ["+ note: String default"]
        old { #[serde(default)] #[derive(Default)] pub struct E { cents: u64 } } = E { cents: 5 };
        new { #[serde(default)] #[derive(Default)] pub struct E { cents: u64, note: String } }

        "a new field that is required": Breaking ["+ note: String", "cannot be read", "add `#[serde(default)]`", "upcast(1 => BV1)"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, note: String } }

        "a new `Option` that a function reads": Breaking ["+ note: opaque(\"Option<String> with text\")"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new {
            pub struct E { cents: u64, #[serde(with = "text")] note: Option<String> }
            mod text {
                pub(super) fn serialize<S: serde::Serializer>(v: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
                    serde::Serialize::serialize(v, to)
                }
                pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
                    serde::Deserialize::deserialize(from)
                }
            }
        }

        "a field is removed": Note ["- note: String", "passed over"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64 } }

        "a field is removed, and others are refused": Breaking ["- note: String", "`deny_unknown_fields` refuses it"]
        old { #[serde(deny_unknown_fields)] pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { #[serde(deny_unknown_fields)] pub struct E { cents: u64 } }

        "a field is skipped": Note ["- note: String", "passed over"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64, #[serde(skip)] note: String } }

        "a field is not read any more": Note ["String -> String skip_deserializing", "passed over"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64, #[serde(skip_deserializing)] note: String } }

        "a field may be left out, and has a default": Compatible ["String default skip_serializing_if"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64, #[serde(default, skip_serializing_if = "String::is_empty")] note: String } }

        "a field may be left out, and is required": Breaking ["cannot be read where it is missing"]
            stricter "what is stored already is read; what is stored from now on is not"
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64, #[serde(skip_serializing_if = "String::is_empty")] note: String } }

        "a field is renamed": Breaking ["~ owner: String -> holder: String", "if it was renamed, add `#[serde(rename = \"owner\")]`"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { holder: String } }

        "a field is renamed, and has a default": Breaking ["lost without an error"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { #[serde(default)] holder: String } }

        "a field is renamed, with `#[serde(alias)]`": Note ["~ owner: String -> String alias(\"owner\")", "written as `holder` from now on"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { #[serde(alias = "owner")] holder: String } }

        "a field is renamed in Rust alone, with `#[serde(rename)]`": Compatible ["no event has changed"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { #[serde(rename = "owner")] holder: String } }

        "a field gets a `#[serde(rename)]`": Breaking ["~ owner: String -> holder: String"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { #[serde(rename = "holder")] owner: String } }

        "`rename_all` changes": Breaking ["~ paid_by: String -> paidBy: String", "keep serde's `rename_all` as it was"]
        old { pub struct E { paid_by: String, paid_at: String } } = E { paid_by: "Ann".into(), paid_at: "noon".into() };
        new { #[serde(rename_all = "camelCase")] pub struct E { paid_by: String, paid_at: String } }

        "an alias is added": Compatible ["String -> String alias(\"holder\")"]
        old { pub struct E { owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { #[serde(alias = "holder")] owner: String } }

        "an alias is removed": Breaking ["stored with `holder` cannot be read", "keep `#[serde(alias = \"holder\")]`"]
            stricter "an event may have been stored under the alias, and this one was not"
        old { pub struct E { #[serde(alias = "holder")] owner: String } } = E { owner: "Ann".into() };
        new { pub struct E { owner: String } }

        "a default is removed": Breaking ["stored without it cannot be read", "keep `#[serde(default)]`"]
            stricter "an event may have been stored before the field was there, and this one was not"
        old { pub struct E { #[serde(default)] note: String } } = E { note: "n".into() };
        new { pub struct E { note: String } }

        "a default is added": Compatible ["String -> String default"]
        old { pub struct E { note: String } } = E { note: "n".into() };
        new { pub struct E { #[serde(default)] note: String } }

        "a default becomes another": Note ["another value than before"]
        old { pub struct E { #[serde(default)] cents: u64 } } = E { cents: 5 };
        new { pub struct E { #[serde(default = "one")] cents: u64 } fn one() -> u64 { 1 } }

        "fields change places": Compatible ["in another order"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { note: String, cents: u64 } }

        "fields are flattened out of a struct": Breaking ["- place", "+ street: String"]
        old { pub struct E { place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { place: P { street: "Main".into() } };
        new { pub struct E { #[serde(flatten)] place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }

        "fields are not flattened any more": Breaking ["- street: String", "+ place: P"]
        old { pub struct E { #[serde(flatten)] place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { place: P { street: "Main".into() } };
        new { pub struct E { place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }

        "fields move to a struct that is flattened": Compatible ["the same JSON"]
        old { pub struct E { cents: u64, street: String } } = E { cents: 5, street: "Main".into() };
        new {
            pub struct E { cents: u64, #[serde(flatten)] place: P }
            #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String }
        }

        "what is removed goes into a flattened map": Note ["read into `rest`"]
        old { pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { pub struct E { cents: u64, #[serde(flatten)] rest: BTreeMap<String, String> } }

        "`deny_unknown_fields` is added": Note ["struct -> struct deny_unknown_fields"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { #[serde(deny_unknown_fields)] pub struct E { cents: u64 } }

        "`deny_unknown_fields` is removed": Compatible ["struct deny_unknown_fields -> struct"]
        old { #[serde(deny_unknown_fields)] pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64 } }

        "a field is written and read under two names": Breaking ["written as `out`, which is not read back"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { #[serde(rename(serialize = "out", deserialize = "cents"))] cents: u64 } }

        "a field inside a nested type gets required": Breaking ["+ place.zip: String", "struct PV1"]
        old { pub struct E { place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { place: P { street: "Main".into() } };
        new { pub struct E { place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String, zip: String } }

        "a nested type is renamed": Compatible ["~ place: P -> Place"]
        old { pub struct E { place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { place: P { street: "Main".into() } };
        new { pub struct E { place: Place } #[derive(Shape, Serialize, Deserialize)] pub struct Place { street: String } }

        "a type that holds itself changes": Breaking ["~ children.[].label: String -> u8"]
        old { pub struct E { children: Vec<Tree> } #[derive(Shape, Serialize, Deserialize)] pub struct Tree { label: String, children: Vec<Tree> } }
            = E { children: vec![Tree { label: "t".into(), children: Vec::new() }] };
        new { pub struct E { children: Vec<Tree> } #[derive(Shape, Serialize, Deserialize)] pub struct Tree { label: u8, children: Vec<Tree> } }

        "a field inside a flattened `Option` gets required": Breaking ["+ zip: String", "lost without an error"]
        old { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { cents: 5, place: Some(P { street: "Main".into() }) };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String, zip: String } }

        "a field inside a flattened `Option` gets optional": Compatible ["+ zip: Option<String>"]
        old { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { cents: 5, place: Some(P { street: "Main".into() }) };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String, zip: Option<String> } }

        "a field inside a flattened `Option` gets another type": Breaking ["~ street: String -> u8"]
        old { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { cents: 5, place: Some(P { street: "Main".into() }) };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: u8 } }

        "a flattened struct becomes an `Option`": Compatible ["the same JSON"]
        old { pub struct E { cents: u64, #[serde(flatten)] place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { cents: 5, place: P { street: "Main".into() } };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }

        "a flattened `Option` is one no more": Breaking ["cannot be read"]
        old { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
            = E { cents: 5, place: None };
        new { pub struct E { cents: u64, #[serde(flatten)] place: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }

        "a flattened enum is added, with a default": Breaking ["+ kind: K default flatten"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, #[serde(flatten, default)] kind: K } #[derive(Shape, Serialize, Deserialize)] #[derive(Default)] pub enum K { #[default] Cash, Card } }

        "a flattened enum is added, as an `Option`": Compatible ["+ kind: Option<K> flatten"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, #[serde(flatten)] kind: Option<K> } #[derive(Shape, Serialize, Deserialize)] #[serde(tag = "k")] pub enum K { Cash, Card } }

        "what is removed does not fit into a flattened map": Breaking ["- note: u8", "into `rest`"]
        old { pub struct E { cents: u64, note: u8 } } = E { cents: 5, note: 1 };
        new { pub struct E { cents: u64, #[serde(flatten)] rest: BTreeMap<String, String> } }

        "a flattened map is given another name in Rust": Compatible ["the same JSON"]
        old { pub struct E { cents: u64, #[serde(flatten)] rest: BTreeMap<String, u8> } } = E { cents: 5, rest: BTreeMap::from([("n".into(), 1)]) };
        new { pub struct E { cents: u64, #[serde(flatten)] others: BTreeMap<String, u8> } }

        "a field is added whose name may be in a flattened map": Breaking ["+ note: Option<String>", "in `rest`"]
        old { pub struct E { cents: u64, #[serde(flatten)] rest: BTreeMap<String, u8> } } = E { cents: 5, rest: BTreeMap::from([("note".into(), 1)]) };
        new { pub struct E { cents: u64, note: Option<String>, #[serde(flatten)] rest: BTreeMap<String, u8> } }

        "a field is added that takes what may be in a flattened map": Note ["+ note: Option<u8>", "in `rest`"]
        old { pub struct E { cents: u64, #[serde(flatten)] rest: BTreeMap<String, u8> } } = E { cents: 5, rest: BTreeMap::from([("note".into(), 1)]) };
        new { pub struct E { cents: u64, note: Option<u8>, #[serde(flatten)] rest: BTreeMap<String, u8> } }

        "a field is not read any more, and others are refused": Breaking ["String -> String skip_deserializing", "refuses it"]
        old { #[serde(deny_unknown_fields)] pub struct E { cents: u64, note: String } } = E { cents: 5, note: "n".into() };
        new { #[serde(deny_unknown_fields)] pub struct E { cents: u64, #[serde(skip_deserializing)] note: String } }

        "two fields become one, with `#[serde(alias)]`": Breaking ["- note: String", "twice"]
        old { pub struct E { text: String, note: String } } = E { text: "t".into(), note: "n".into() };
        new { pub struct E { #[serde(alias = "note")] text: String } }

        "a field comes twice, once flattened": Breaking ["+ id: Option<u8>", "twice"]
        old { pub struct E { id: u8, name: String } } = E { id: 1, name: "Ann".into() };
        new { pub struct E { id: u8, #[serde(flatten)] p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { id: Option<u8>, name: String } }

        "a map with numbers as keys moves to a struct that is flattened": Breaking ["~ m: Map<u8, u8>", "flatten"]
        old { pub struct E { cents: u64, m: BTreeMap<u8, u8> } } = E { cents: 5, m: BTreeMap::from([(1, 2)]) };
        new { pub struct E { cents: u64, #[serde(flatten)] p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { m: BTreeMap<u8, u8> } }

        "a `RawValue` moves to a struct that is flattened": Breaking ["~ raw: RawValue", "flatten"]
        old { pub struct E { cents: u64, raw: Box<RawValue> } } = E { cents: 5, raw: RawValue::from_string("1".into()).unwrap() };
        new { pub struct E { cents: u64, #[serde(flatten)] p: P } #[derive(Shape, Serialize, Deserialize)] pub struct P { raw: Box<RawValue> } }

        "a struct gets a tag, and others are refused": Breaking ["+ type: String skip_deserializing", "refuses it"]
        old { #[serde(deny_unknown_fields)] pub struct E { cents: u64 } } = E { cents: 5 };
        new { #[serde(deny_unknown_fields, tag = "type")] pub struct E { cents: u64 } }

        "a struct gets a tag": Compatible ["never read"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { #[serde(tag = "type")] pub struct E { cents: u64 } }

        "an `Option` gets a newtype around it": Breaking ["~ note: Option<String>", "stored without it"]
        old { pub struct E { cents: u64, #[serde(skip_serializing_if = "Option::is_none")] note: Option<String> } } = E { cents: 5, note: None };
        new { pub struct E { cents: u64, note: Note } #[derive(Shape, Serialize, Deserialize)] pub struct Note(Option<String>); }

        "an `Option` gets a transparent newtype around it": Compatible ["~ note: Option<String>"]
        old { pub struct E { cents: u64, #[serde(skip_serializing_if = "Option::is_none")] note: Option<String> } } = E { cents: 5, note: None };
        new { pub struct E { cents: u64, note: Note } #[derive(Shape, Serialize, Deserialize)] #[serde(transparent)] pub struct Note(Option<String>); }

        "a default becomes `None`": Note ["another value than before"]
        old { pub struct E { #[serde(default)] note: String } } = E { note: "n".into() };
        new { pub struct E { note: Option<String> } }

        "`None` becomes another default": Note ["another value than before"]
        old { pub struct E { note: Option<String> } } = E { note: Some("n".into()) };
        new { pub struct E { #[serde(default = "some")] note: Option<String> } fn some() -> Option<String> { Some("s".into()) } }

        "an `Option` gets a default": Compatible ["Option<String> default"]
        old { pub struct E { note: Option<String> } } = E { note: Some("n".into()) };
        new { pub struct E { #[serde(default)] note: Option<String> } }

        "a field moves into a flattened `Option`": Compatible ["the same JSON"]
        old { pub struct E { cents: u64, street: String } } = E { cents: 5, street: "Main".into() };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }

        "a field moves into a flattened `Option` that needs another": Breaking ["+ zip: String", "lost without an error"]
        old { pub struct E { cents: u64, street: String } } = E { cents: 5, street: "Main".into() };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String, zip: String } }

        "a flattened struct is added, as an `Option`": Compatible ["with `place` as `None`"]
        old { pub struct E { cents: u64 } } = E { cents: 5 };
        new { pub struct E { cents: u64, #[serde(flatten)] place: Option<P> } #[derive(Shape, Serialize, Deserialize)] pub struct P { street: String } }
    }
}
