//! What the derives describe, as a lock file says it.
#![expect(dead_code, reason = "what is described is not read")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use pericarp::schema::{Described, Form, Schema};
use pericarp::{Event, Shape, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The lock file of `E`, without its head; which is read back as it is.
#[track_caller]
fn check<E: Described>(expected: &str) {
    let schema = Schema::collect("", &[E::SHAPES]);
    let text = schema.to_string();
    assert_eq!(Schema::parse(&text).unwrap(), schema);
    let (_, events) = text.split_once("lock 1\n\n").unwrap();
    let expected: Vec<_> = expected
        .trim()
        .lines()
        .map(|l| l.strip_prefix("        ").unwrap_or(l))
        .collect();
    assert_eq!(events.trim_end(), expected.join("\n"), "\n{events}");
}

#[test]
fn types_of_the_language_and_of_the_library() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "a")]
    struct E<'a> {
        a: (),
        b: bool,
        c: char,
        d: String,
        #[event(no_escapes)]
        e: &'a str,
        #[serde(borrow)]
        f: Cow<'a, str>,
        g: u8,
        h: i128,
        i: f32,
        j: NonZeroU32,
        k: Uuid,
        l: Timestamp,
        l2: HashSet<char>,
        m: IpAddr,
        n: Option<Option<u8>>,
        o: Vec<VecDeque<u8>>,
        p: BTreeSet<Vec<u8>>,
        q: [u8; 3],
        r: (u8, String),
        s: HashMap<String, BTreeMap<u8, Ipv4Addr>>,
        t: Box<str>,
        u: serde_json::Value,
        #[serde(borrow)]
        v: &'a RawValue,
        w: Duration,
        x: PhantomData<u8>,
    }
    check::<E<'_>>(
        "
        event a v1 struct
          a: ()
          b: bool
          c: char
          d: String
          e: str
          f: String
          g: u8
          h: i128
          i: f32
          j: NonZeroU32
          k: Uuid
          l: Timestamp
          l2: Set<char>
          m: IpAddr
          n: Option<u8>
          o: Vec<Vec<u8>>
          p: Set<Vec<u8>>
          q: [u8; 3]
          r: (u8, String)
          s: Map<String, Map<u8, Ipv4Addr>>
          t: String
          u: Json
          v: RawValue
          w: Duration
          x: ()
          type Duration struct
            secs: u64
            nanos: u32
        ",
    );
}

#[test]
fn attributes_of_fields() {
    fn no() -> u8 {
        7
    }
    mod number {
        use serde::{Deserialize, Deserializer, Serializer};
        pub(super) fn serialize<S: Serializer>(n: &u8, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_u8(*n)
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
            u8::deserialize(from)
        }
    }
    #[derive(Shape, Serialize, Deserialize)]
    struct Extra {
        x: u8,
    }
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "a", version = 3, alias("b", "c.d:e"))]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct E {
        plain_name: u8,
        #[serde(rename = "odd \" name")]
        renamed: u8,
        #[serde(rename(serialize = "out", deserialize = "in"))]
        two_names: u8,
        #[serde(alias = "was", alias = "had been")]
        aliased: u8,
        #[serde(default)]
        with_default: u8,
        #[serde(default = "no")]
        with_path: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
        #[serde(skip)]
        skipped: u8,
        #[serde(skip_serializing, default)]
        old: u8,
        #[serde(skip_deserializing)]
        unread: u8,
        #[serde(with = "number")]
        by_module: u8,
        #[serde(deserialize_with = "number::deserialize")]
        by_function: u8,
        r#type: u8,
        none: Opaque,
        maybe: Option<Opaque>,
    }
    check::<E>(
        r#"
        event a v3 struct deny_unknown_fields alias("b", "c.d:e")
          plainName: u8
          "odd \" name": u8
          out: u8 reads("in")
          aliased: u8 alias("was", "had been")
          withDefault: u8 default
          withPath: u8 default("no")
          leftOut: Option<u8> default skip_serializing_if("Option::is_none")
          old: u8 default skip_serializing
          unread: u8 skip_deserializing
          byModule: opaque("u8 with number")
          byFunction: opaque("u8 deserialize_with number::deserialize")
          type: u8
          none: opaque("Opaque")
          maybe: Option<opaque("Opaque")>
        "#,
    );

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "a")]
    #[serde(default)]
    struct AllDefault {
        a: u8,
        #[serde(flatten)]
        extra: Extra,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }
    impl Default for AllDefault {
        fn default() -> Self {
            Self {
                a: 1,
                extra: Extra { x: 1 },
                rest: BTreeMap::new(),
            }
        }
    }
    check::<AllDefault>(
        "
        event a v1 struct
          a: u8 default
          extra: Extra default flatten
          rest: Map<String, u8> default flatten
          type Extra struct
            x: u8
        ",
    );
}

/// It has no shape.
#[derive(Serialize, Deserialize)]
struct Opaque(u8);

#[test]
fn every_rule_for_names() {
    macro_rules! rules {
        ($($rule:literal => $field:literal $variant:literal)*) => {$({
            #[derive(Shape, Serialize, Deserialize)]
            #[serde(rename_all = $rule)]
            enum Kind { PaidBy }
            #[derive(Event, Serialize, Deserialize)]
            #[event(name = "a")]
            #[serde(rename_all = $rule)]
            struct E { paid_by: Kind }
            let json = serde_json::to_string(&E { paid_by: Kind::PaidBy }).unwrap();
            assert_eq!(json, format!(r#"{{"{}":"{}"}}"#, $field, $variant));
            check::<E>(&format!(
                "event a v1 struct\n  {}: Kind\n  type Kind enum\n    {} unit",
                $field, $variant
            ));
        })*};
    }
    rules! {
        "lowercase" => "paid_by" "paidby"
        "UPPERCASE" => "PAID_BY" "PAIDBY"
        "PascalCase" => "PaidBy" "PaidBy"
        "camelCase" => "paidBy" "paidBy"
        "snake_case" => "paid_by" "paid_by"
        "SCREAMING_SNAKE_CASE" => "PAID_BY" "PAID_BY"
        "kebab-case" => "paid-by" "paid-by"
        "SCREAMING-KEBAB-CASE" => "PAID-BY" "PAID-BY"
    }
}

#[test]
fn structs_of_every_form() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "unit")]
    struct Unit;
    check::<Unit>("event unit v1 unit");

    #[derive(Shape, Serialize, Deserialize)]
    struct Cents(i64);
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "new")]
    struct Newtype(Cents);
    check::<Newtype>("event new v1 = Cents\n  type Cents = i64");

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "tuple")]
    struct Tuple(u8, #[serde(skip)] u8, #[serde(default)] String);
    check::<Tuple>("event tuple v1 tuple\n  0: u8\n  1: String default");

    #[derive(Shape, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Maybe<T> {
        inner: Option<T>,
        of: PhantomData<T>,
    }
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    struct Tagged {
        x: u8,
    }
    #[derive(Shape, Clone, Serialize, Deserialize)]
    #[serde(from = "String", into = "String")]
    struct ByText(u8);
    impl From<String> for ByText {
        fn from(text: String) -> Self {
            Self(text.len() as u8)
        }
    }
    impl From<ByText> for String {
        fn from(text: ByText) -> Self {
            text.0.to_string()
        }
    }
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(try_from = "u8")]
    struct Even(u16);
    impl TryFrom<u8> for Even {
        type Error = String;
        fn try_from(n: u8) -> Result<Self, String> {
            Ok(Self(n.into()))
        }
    }
    #[derive(Shape, Serialize, Deserialize)]
    struct Empty;
    struct ByHand(String);
    impl Shape for ByHand {
        const SHAPE: Form = <String as Shape>::SHAPE;
    }
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "all")]
    struct All {
        maybe: Maybe<u8>,
        other: Maybe<char>,
        tagged: Tagged,
        by_text: ByText,
        even: Even,
        empty: Empty,
        #[serde(skip)]
        phantom: PhantomData<ByHand>,
    }
    check::<All>(
        r#"
        event all v1 struct
          maybe: Maybe
          other: Maybe2
          tagged: Tagged
          by_text: ByText
          even: Even
          empty: Empty
          type Maybe = Option<u8> transparent
          type Maybe2 = Option<char> transparent
          type Tagged struct
            kind: String skip_deserializing
            x: u8
          type ByText = String
          type Even = opaque("Even from u8")
          type Empty unit
        "#,
    );
}

#[test]
fn enums_of_every_form() {
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(rename_all_fields = "camelCase")]
    enum External {
        Unit,
        Newtype(u8),
        Tuple(u8, u8),
        #[serde(rename = "record", alias = "old")]
        Struct {
            some_field: u8,
        },
        #[serde(skip)]
        Skipped,
        #[serde(skip_deserializing)]
        Unread,
        #[serde(with = "nobody")]
        By(u8),
    }
    mod nobody {
        use serde::{Deserialize, Deserializer, Serializer};
        pub(super) fn serialize<S: Serializer>(n: &u8, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_u8(*n)
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
            u8::deserialize(from)
        }
    }
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(tag = "t")]
    enum Internal {
        #[serde(rename_all = "UPPERCASE")]
        A { x: u8 },
        #[serde(other)]
        Other,
    }
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        A(u8),
    }
    #[derive(Shape, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        A(u8),
        B(String),
    }
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "all")]
    struct All(Vec<External>, Internal, Adjacent, Untagged);
    check::<All>(
        r#"
        event all v1 tuple
          0: Vec<External>
          1: Internal
          2: Adjacent
          3: Untagged
          type External enum
            Unit unit
            Newtype = u8
            Tuple tuple
              0: u8
              1: u8
            record struct alias("old")
              someField: u8
            Unread unit skip_deserializing
            By = opaque("By with nobody")
          type Internal enum tag("t")
            A struct
              X: u8
            Other unit other
          type Adjacent enum tag("t") content("c")
            A = u8
          type Untagged enum untagged
            A = u8
            B = String
        "#,
    );
}

#[test]
fn an_event_enum_is_an_event_for_each_variant() {
    #[derive(Event, Serialize, Deserialize)]
    #[serde(rename_all_fields = "camelCase", deny_unknown_fields)]
    enum Door {
        #[event(name = "door.opened", version = 2, alias("door.unlocked"))]
        Opened { opened_by: String },
        #[event(name = "door.painted")]
        Painted(u8),
        #[event(name = "door.closed")]
        Closed,
    }
    check::<Door>(
        r#"
        event door.closed v1 unit

        event door.opened v2 struct deny_unknown_fields alias("door.unlocked")
          openedBy: String

        event door.painted v1 = u8
        "#,
    );
}

#[test]
fn a_type_may_hold_itself() {
    #[derive(Shape, Serialize, Deserialize)]
    struct Tree {
        label: String,
        children: Vec<Tree>,
        parent: Option<Box<Tree>>,
    }
    #[derive(Shape, Serialize, Deserialize)]
    struct Chain(Option<Box<Chain>>);
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "tree")]
    struct E(Tree, Chain);
    check::<E>(
        "
        event tree v1 tuple
          0: Tree
          1: Chain
          type Tree struct
            label: String
            children: Vec<Tree>
            parent: Option<Tree>
          type Chain = Option<Chain>
        ",
    );
}

#[test]
fn types_of_one_name_are_told_apart() {
    mod other {
        use super::*;
        #[derive(Shape, Serialize, Deserialize)]
        pub(super) struct Money {
            euros: u8,
        }
    }
    #[derive(Shape, Serialize, Deserialize)]
    struct Money {
        cents: u8,
    }
    #[derive(Shape, Serialize, Deserialize)]
    struct Map(u8);
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "a")]
    struct E(Money, other::Money, Map);
    check::<E>(
        "
        event a v1 tuple
          0: Money
          1: Money2
          2: Map2
          type Money struct
            cents: u8
          type Money2 struct
            euros: u8
          type Map2 = u8
        ",
    );
}

#[test]
fn a_type_parameter_has_the_shape_of_what_stands_for_it() {
    #[derive(Shape, Serialize, Deserialize)]
    struct Wrapped<T> {
        inner: T,
    }
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "noted")]
    struct Noted<T, const N: usize> {
        note: Option<Wrapped<Vec<T>>>,
    }
    check::<Noted<u8, 3>>(
        "
        event noted v1 struct
          note: Option<Wrapped>
          type Wrapped struct
            inner: Vec<u8>
        ",
    );
}

#[test]
fn an_aggregate_has_the_shapes_of_its_events_and_marks_what_it_cannot_see_into() {
    use pericarp::prelude::*;

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "made")]
    struct Made<'a> {
        #[event(no_escapes)]
        by: &'a str,
    }
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "noted", alias("said"))]
    struct Noted<T>(T);
    #[derive(Aggregate)]
    #[aggregate(category = "a", id = u64, created_by(Made<'_>), events(Noted<Opaque>))]
    struct Account;
    impl Create<Made<'_>> for Account {
        fn create(_: Made<'_>, _: &Meta<'_>) -> Self {
            Self
        }
    }
    impl Apply<Noted<Opaque>> for Account {
        fn apply(&mut self, _: Noted<Opaque>, _: &Meta<'_>) {}
    }
    let expected = r#"
        aggregate a
          made
          noted
          said

        event made v1 struct
          by: str

        event noted v1 = opaque("Noted<Opaque>") alias("said")
        "#;
    check::<Account>(expected);
    check::<AccountEvent<'_>>(expected);
}

#[test]
fn older_events_that_are_read_split_or_dropped_are_there_too() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(dropped("door.oiled", "door.kicked"))]
    enum Door {
        #[event(name = "door.opened", version = 3, upcast(1 => OpenedV1, 2 => OpenedV2))]
        Opened { by: String, at: u64 },
        #[event(name = "door.closed", split_from("door.slammed", 1 => Slammed))]
        Closed,
    }
    #[derive(Shape, Deserialize)]
    struct OpenedV1 {
        by: String,
    }
    #[derive(Deserialize)]
    struct OpenedV2 {
        by: String,
    }
    #[derive(Deserialize)]
    struct Slammed {}
    impl From<OpenedV1> for OpenedV2 {
        fn from(old: OpenedV1) -> Self {
            Self { by: old.by }
        }
    }
    impl From<OpenedV2> for Door {
        fn from(old: OpenedV2) -> Self {
            Self::Opened { by: old.by, at: 0 }
        }
    }
    impl From<Slammed> for Vec<Door> {
        fn from(_: Slammed) -> Self {
            vec![Door::Closed]
        }
    }
    check::<Door>(
        r#"
        dropped door.kicked
        dropped door.oiled

        event door.closed v1 unit split_from("door.slammed", v1)

        event door.opened v1 struct
          by: String

        event door.opened v3 struct reads(v1, v2)
          by: String
          at: u64
        "#,
    );
}
