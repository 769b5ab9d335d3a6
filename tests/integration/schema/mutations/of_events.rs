//! Events as a whole.

use super::{Edit, edits_of_events};

pub(super) fn edits() -> Vec<Edit> {
    edits_of_events! {
        "an event is renamed": Breaking ["- event", "if it was renamed to `a.c`, add `alias(\"a.b\")`"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.c")] pub struct E { n: u8 } }

        "an event is renamed, with an alias": Note ["~ a.b -> a.c", "does not know `a.c`"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.c", alias("a.b"))] pub struct E { n: u8 } }

        "an alias of an event is removed": Breaking ["- alias(\"a.a\")", "keep `alias(\"a.a\")`"]
            stricter "an event may have been stored under the alias, and this one was not"
        old { #[event(name = "a.b", alias("a.a"))] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.b")] pub struct E { n: u8 } }

        "the version is raised, and nothing reads the old one": Breaking ["version 1 -> version 2", "upcast(1 => BV1)", "event.unknown_version"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.b", version = 2)] pub struct E { n: u8 } }

        "the version is raised, and the old one is translated": Compatible ["+ version"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new {
            #[event(name = "a.b", version = 2, upcast(1 => V1))] pub struct E { number: u64 }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for E { fn from(old: V1) -> Self { Self { number: old.n.into() } } }
        }

        "the version is raised, and the old one is read as what it was not": Breaking ["a.b v1", "~ n: u16 -> u8"]
        old { #[event(name = "a.b")] pub struct E { n: u16 } } = E { n: 999 };
        new {
            #[event(name = "a.b", version = 2, upcast(1 => V1))] pub struct E { number: u64 }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for E { fn from(old: V1) -> Self { Self { number: old.n.into() } } }
        }

        "the version is lowered": Breaking ["version 2 -> version 1", "write `version = 2`"]
        old { #[event(name = "a.b", version = 2)] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.b")] pub struct E { n: u8 } }

        "a variant of an event enum is removed": Breaking ["a.c v1", "event.unknown_type", "keep the event in the list"]
        old { pub enum E { #[event(name = "a.b")] A { n: u8 }, #[event(name = "a.c")] B { t: u8 } } } = E::B { t: 1 };
        new { pub enum E { #[event(name = "a.b")] A { n: u8 } } }

        "a variant of an event enum is removed, and its name is dropped": Note ["~ event -> dropped", "passed over"]
        old { pub enum E { #[event(name = "a.b")] A { n: u8 }, #[event(name = "a.c")] B { t: u8 } } } = E::B { t: 1 };
        new { #[event(dropped("a.c"))] pub enum E { #[event(name = "a.b")] A { n: u8 } } }

        "an event is split": Compatible ["~ event -> split", "read as `a.c` and `a.d`"]
        old { #[event(name = "a.b")] pub struct E { n: u8, t: u8 } } = E { n: 1, t: 1 };
        new {
            pub enum E {
                #[event(name = "a.c", split_from("a.b", 1 => V1))] C { n: u8, t: u8 },
                #[event(name = "a.d", split_from("a.b", 1 => V1))] D { t: u8 },
            }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8, t: u8 }
            impl From<V1> for Vec<E> {
                fn from(old: V1) -> Self { vec![E::C { n: old.n, t: old.t }, E::D { t: old.t }] }
            }
        }

        "a variant of an event enum is added": Compatible ["+ event"]
        old { pub enum E { #[event(name = "a.b")] A { n: u8 } } } = E::A { n: 1 };
        new { pub enum E { #[event(name = "a.b")] A { n: u8 }, #[event(name = "a.c")] B { t: u8 } } }

        "a name is given to another event": Breaking ["another event", "it has the shape of `a.c` now", "\"a.b\" is taken for ever"]
        old { pub enum E { #[event(name = "a.b")] A { n: u8 }, #[event(name = "a.c")] B { t: u8 } } } = E::A { n: 1 };
        new { pub enum E { #[event(name = "a.b")] B { t: u8 }, #[event(name = "a.d", alias("a.c"))] C { t: u8 } } }

        "an event struct becomes a variant": Compatible ["no event has changed"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new { pub enum E { #[event(name = "a.b")] A { n: u8 } } }

        "an event without fields gets optional ones": Compatible ["unit -> struct", "+ n: Option<u8>"]
        old { #[event(name = "a.b")] pub struct E; } = E;
        new { #[event(name = "a.b")] pub struct E { n: Option<u8> } }

        "an event without fields gets a required one": Breaking ["+ n: u8"]
        old { #[event(name = "a.b")] pub struct E; } = E;
        new { #[event(name = "a.b")] pub struct E { n: u8 } }

        "an event loses all its fields": Note ["- n: u8", "passed over"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new { #[event(name = "a.b")] pub struct E; }

        "an event of one value becomes a struct": Breaking ["u8 -> struct"]
        old { #[event(name = "a.b")] pub struct E(u8); } = E(1);
        new { #[event(name = "a.b")] pub struct E { n: u8 } }

        "an event is split, and the old one is read as what it was not": Breaking ["a.b v1", "~ n: u16 -> u8", "split_from(\"a.b\", 1 => BV1)", "n: u16,"]
        old { #[event(name = "a.b")] pub struct E { n: u16 } } = E { n: 999 };
        new {
            #[event(name = "a.c", split_from("a.b", 1 => V1))] pub struct E { n: u8 }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for Option<E> { fn from(old: V1) -> Self { Some(E { n: old.n }) } }
        }

        "an event is split, and the old one is read as a type without a shape": Note ["read as `a.c`", "derive `Shape` for `V1`"]
        old { #[event(name = "a.b")] pub struct E { n: u16 } } = E { n: 999 };
        new {
            #[event(name = "a.c", split_from("a.b", 1 => V1))] pub struct E { n: u16 }
            #[derive(Deserialize)] pub struct V1 { n: u16 }
            impl From<V1> for Option<E> { fn from(old: V1) -> Self { Some(E { n: old.n }) } }
        }

        "an event is split, and not each of its versions is read": Breaking ["a.b v2", "event.unknown_version"]
        old { #[event(name = "a.b", version = 2)] pub struct E { n: u8 } } = E { n: 9 };
        new {
            #[event(name = "a.c", split_from("a.b", 1 => V1))] pub struct E { n: u8 }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for Option<E> { fn from(old: V1) -> Self { Some(E { n: old.n }) } }
        }

        "the version is raised, and the old one is read as a type without a shape": Note ["derive `Shape` for `V1`"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new {
            #[event(name = "a.b", version = 2, upcast(1 => V1))] pub struct E { number: u64 }
            #[derive(Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for E { fn from(old: V1) -> Self { Self { number: old.n.into() } } }
        }

        "the version is raised, and the old one is read under another name in Rust": Compatible ["+ version"]
        old { #[event(name = "a.b")] pub struct E { n: u8 } } = E { n: 1 };
        new {
            #[event(name = "a.b", version = 2, upcast(1 => V1))] pub struct E { number: u64 }
            #[derive(Shape, Deserialize)] pub struct V1 { #[serde(rename(deserialize = "n"))] old: u8 }
            impl From<V1> for E { fn from(old: V1) -> Self { Self { number: old.old.into() } } }
        }

        "a variant of an event enum loses a field, and others are refused": Breaking ["`deny_unknown_fields` refuses it"]
        old { #[serde(deny_unknown_fields)] pub enum E { #[event(name = "a.b")] A { n: u8, t: u8 } } } = E::A { n: 1, t: 1 };
        new { #[serde(deny_unknown_fields)] pub enum E { #[event(name = "a.b")] A { n: u8 } } }

        "the fields of an event enum are renamed by a rule": Breaking ["~ paid_by: u8 -> paidBy: u8"]
        old { pub enum E { #[event(name = "a.b")] A { paid_by: u8, t: u8 } } } = E::A { paid_by: 1, t: 1 };
        new { #[serde(rename_all_fields = "camelCase")] pub enum E { #[event(name = "a.b")] A { paid_by: u8, t: u8 } } }

        "a removed alias of an event that is split": Breaking ["- alias(\"a.a\")"]
            stricter "an event may have been stored under the alias, and this one was not"
        old { #[event(name = "a.b", alias("a.a"))] pub struct E { n: u8 } } = E { n: 1 };
        new {
            #[event(name = "a.c", split_from("a.b", 1 => V1))] pub struct E { n: u8 }
            #[derive(Shape, Deserialize)] pub struct V1 { n: u8 }
            impl From<V1> for Option<E> { fn from(old: V1) -> Self { Some(E { n: old.n }) } }
        }
    }
}
