#![deny(warnings)]

use pericarp::{Event, Shape, schema};
use serde::{Deserialize, Serialize};

#[derive(Shape, Serialize, Deserialize)]
#[shape(crate = ::pericarp)]
pub struct Generic<'a, T: Clone = u8, const N: usize = 3>
where
    T: Copy,
{
    pub text: &'a str,
    pub value: T,
}

#[derive(Shape, Serialize, Deserialize)]
#[allow(non_camel_case_types)]
pub struct r#struct {
    pub r#fn: u8,
}

#[derive(Shape, Serialize, Deserialize)]
pub enum Never {}

mod duration {
    use serde::{Deserialize, Serialize};

    #[derive(pericarp::Shape, Serialize, Deserialize)]
    #[serde(remote = "std::time::Duration")]
    pub struct DurationDef {
        #[serde(getter = "std::time::Duration::as_secs")]
        secs: u64,
    }

    impl From<DurationDef> for std::time::Duration {
        fn from(def: DurationDef) -> Self {
            Self::from_secs(def.secs)
        }
    }
}

/// Has no shape, and needs none.
#[derive(Serialize, Deserialize)]
pub struct Opaque;

macro_rules! event {
    ($name:ident, $stored:literal, $field:ident: $type:ty, $alias:literal) => {
        #[derive(Event, Serialize, Deserialize)]
        #[event(name = $stored)]
        pub struct $name<'a> {
            #[serde(alias = $alias)]
            pub $field: $type,
            #[serde(borrow)]
            pub borrowed: Generic<'a, u8, 3>,
        }
    };
}

event!(Noted, "noted", note: Option<Opaque>, "said");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "all")]
pub struct All {
    pub raw: r#struct,
    pub never: Option<Never>,
    #[serde(with = "duration::DurationDef")]
    pub took: std::time::Duration,
}

fn main() {
    let lock = schema![Noted<'static>, All].to_string();
    for line in [
        "  note: Option<opaque(\"Opaque\")> alias(\"said\")",
        "    text: str",
        "  raw: struct",
        "    fn: u8",
        "  took: opaque(\"Duration with duration::DurationDef\")",
    ] {
        assert!(lock.lines().any(|found| found == line), "{lock}");
    }
}
