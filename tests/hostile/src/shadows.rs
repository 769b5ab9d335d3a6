//! Names of the prelude and of the language that mean something else here.
#![allow(
    dead_code,
    non_camel_case_types,
    unreachable_pub,
    reason = "they only have to be in the way"
)]

macro_rules! shadow {
    ($($name:ident)*) => { $(
        /// Not what it seems.
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
    )* };
}

/// Names of the prelude.
pub mod prelude {
    shadow!(Result Option Vec String Some Ok Err None From Into Default Box ToString Iterator);
}

/// Names of primitive types; serde's own derives cannot do without these.
pub mod primitives {
    shadow!(str u32 usize bool);
}
