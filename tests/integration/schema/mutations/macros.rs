/// One row: what the old build had and stored, and what the new build has. The first item on
/// either side is the event, `E`.
macro_rules! edit {
    (
        $name:literal, $expected:ident, [$($word:literal),*], $why:expr,
        { $($old:tt)* }, $value:expr, { $($new:tt)* }
    ) => {{
        #[allow(dead_code, unused_imports, unreachable_pub, reason = "what is stored is not looked at")]
        mod old {
            use $crate::schema::mutations::scope::*;
            $($old)*
            pub fn value() -> E { $value }
        }
        #[allow(dead_code, unused_imports, unreachable_pub, reason = "what is stored is not looked at")]
        mod new {
            use $crate::schema::mutations::scope::*;
            $($new)*
        }
        let mut bytes = <[Vec<u8>; 2]>::default();
        #[allow(elided_lifetimes_in_paths, reason = "not every event has one")]
        $crate::schema::mutations::Edit {
            name: $name,
            expected: pericarp::schema::Verdict::$expected,
            words: &[$($word),*],
            stricter: $why,
            old: pericarp::schema![old::E],
            new: pericarp::schema![new::E],
            outcome: $crate::schema::mutations::outcome::<_, new::E>(&old::value(), &mut bytes),
        }
    }};
}

/// Rows of one event, `a.b` in version 1.
macro_rules! edits {
    ($(
        $name:literal: $expected:ident [$($word:literal),*] $(stricter $why:literal)?
        old { $($old:tt)* } = $value:expr;
        new { $($new:tt)* }
    )*) => {
        vec![$($crate::schema::mutations::edit!(
            $name, $expected, [$($word),*], [$($why)?].first().copied(),
            { #[derive(Event, Serialize, Deserialize)] #[event(name = "a.b")] $($old)* },
            $value,
            { #[derive(Event, Serialize, Deserialize)] #[event(name = "a.b")] $($new)* }
        )),*]
    };
}

/// Rows in which the event says what it is called.
macro_rules! edits_of_events {
    ($(
        $name:literal: $expected:ident [$($word:literal),*] $(stricter $why:literal)?
        old { $($old:tt)* } = $value:expr;
        new { $($new:tt)* }
    )*) => {
        vec![$($crate::schema::mutations::edit!(
            $name, $expected, [$($word),*], [$($why)?].first().copied(),
            { #[derive(Event, Serialize, Deserialize)] $($old)* },
            $value,
            { #[derive(Event, Serialize, Deserialize)] $($new)* }
        )),*]
    };
}

pub(crate) use {edit, edits, edits_of_events};
