/// A value of JSON without parts, and which Rust type limits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the type of its name")]
pub enum Scalar {
    /// `null`: `()`, a unit struct.
    Unit,
    Bool,
    Char,
    /// Any text.
    Text,
    /// `&str`, which cannot hold a text that JSON escapes.
    Str,
    /// Text in the form of a UUID.
    Uuid,
    /// Text in the form of RFC 3339.
    Timestamp,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroU128,
    NonZeroUsize,
    F32,
    F64,
    /// Any JSON, as values: a `serde_json::Value`.
    Json,
    /// Any JSON, as it was written: a `RawValue`.
    RawValue,
}

use Scalar as S;

/// How values of one type fit into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Each is read, and means what it meant.
    All,
    /// Each is read, with something to know about it.
    Note(&'static str),
    /// Some are not read, or mean something else. Says which.
    Not(&'static str),
}

impl Scalar {
    const NAMES: [(Self, &'static str); 33] = [
        (S::Unit, "()"),
        (S::Bool, "bool"),
        (S::Char, "char"),
        (S::Text, "String"),
        (S::Str, "str"),
        (S::Uuid, "Uuid"),
        (S::Timestamp, "Timestamp"),
        (S::IpAddr, "IpAddr"),
        (S::Ipv4Addr, "Ipv4Addr"),
        (S::Ipv6Addr, "Ipv6Addr"),
        (S::SocketAddr, "SocketAddr"),
        (S::U8, "u8"),
        (S::U16, "u16"),
        (S::U32, "u32"),
        (S::U64, "u64"),
        (S::U128, "u128"),
        (S::Usize, "usize"),
        (S::I8, "i8"),
        (S::I16, "i16"),
        (S::I32, "i32"),
        (S::I64, "i64"),
        (S::I128, "i128"),
        (S::Isize, "isize"),
        (S::NonZeroU8, "NonZeroU8"),
        (S::NonZeroU16, "NonZeroU16"),
        (S::NonZeroU32, "NonZeroU32"),
        (S::NonZeroU64, "NonZeroU64"),
        (S::NonZeroU128, "NonZeroU128"),
        (S::NonZeroUsize, "NonZeroUsize"),
        (S::F32, "f32"),
        (S::F64, "f64"),
        (S::Json, "Json"),
        (S::RawValue, "RawValue"),
    ];

    /// How a lock file calls it.
    pub(crate) fn name(self) -> &'static str {
        let names = Self::NAMES.iter();
        names
            .filter(|(scalar, _)| *scalar == self)
            .map(|(_, name)| *name)
            .next()
            .unwrap_or_default()
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, known)| *known == name)
            .map(|(scalar, _)| *scalar)
    }

    /// How values that were stored as `self` fit where `new` is read.
    pub(crate) fn fits(self, new: Self) -> Fit {
        if self == new || new == S::RawValue {
            return Fit::All;
        }
        if new == S::Json {
            return if self.is_beyond_values() {
                ROUNDED
            } else {
                Fit::All
            };
        }
        if let (Some(old), Some(new)) = (self.range(), new.range()) {
            return if new.0 <= old.0 && old.1 <= new.1 {
                Fit::All
            } else {
                Fit::Not("a stored number beyond the new type cannot be read")
            };
        }
        match (self, new) {
            (S::F32, S::F64) => Fit::All,
            (S::F64, S::F32) => Fit::Not("a stored number is rounded to fewer digits"),
            (old, S::F32 | S::F64) => match old.range() {
                Some(range) if exact_in(range, new) => Fit::All,
                Some(_) => Fit::Note("a large stored integer is rounded to the nearest float"),
                None => UNREADABLE,
            },
            (S::F32 | S::F64, new) if new.range().is_some() => {
                Fit::Not("a stored number such as 1.0 cannot be read as an integer")
            }
            (S::IpAddr, S::Ipv4Addr | S::Ipv6Addr) => {
                Fit::Not("a stored address of the other family cannot be read")
            }
            (S::Ipv4Addr | S::Ipv6Addr, S::IpAddr) => Fit::All,
            // No escapes: these texts hold nothing that JSON escapes.
            (
                S::Uuid | S::Timestamp | S::IpAddr | S::Ipv4Addr | S::Ipv6Addr | S::SocketAddr,
                S::Str,
            ) => Fit::All,
            (S::Text | S::Char, S::Str) => Fit::Not(
                "`&str` cannot hold a text that JSON escapes, such as one with a quotation mark or a new line",
            ),
            (old, S::Text) if old.is_text() => Fit::All,
            (old, new) if old.is_text() && new.is_text() => {
                Fit::Not("a stored text in another form cannot be read")
            }
            _ => UNREADABLE,
        }
    }

    /// How keys of a map, which JSON writes as texts, fit.
    pub(crate) fn fits_as_key(self, new: Self) -> Fit {
        match (self, new) {
            (old, S::Text) if old.range().is_some() || old == S::Bool => Fit::All,
            _ => self.fits(new),
        }
    }

    /// Whether it may hold a number that a `serde_json::Value` cannot.
    pub(crate) const fn is_beyond_values(self) -> bool {
        matches!(self, S::U128 | S::I128 | S::RawValue)
    }

    /// Whether it is a key that JSON's own reader makes of a text, and no other.
    pub(crate) const fn is_parsed_as_key(self) -> bool {
        self.range().is_some() || matches!(self, S::Bool | S::F32 | S::F64)
    }

    pub(crate) const fn is_text(self) -> bool {
        matches!(
            self,
            S::Char
                | S::Text
                | S::Str
                | S::Uuid
                | S::Timestamp
                | S::IpAddr
                | S::Ipv4Addr
                | S::Ipv6Addr
                | S::SocketAddr
        )
    }

    /// The least and the greatest integer it holds.
    const fn range(self) -> Option<(i128, u128)> {
        Some(match self {
            S::U8 => (0, u8::MAX as u128),
            S::U16 => (0, u16::MAX as u128),
            S::U32 => (0, u32::MAX as u128),
            // As on the machines with 64 bits that logs are on.
            S::U64 | S::Usize => (0, u64::MAX as u128),
            S::U128 => (0, u128::MAX),
            S::I8 => (i8::MIN as i128, i8::MAX as u128),
            S::I16 => (i16::MIN as i128, i16::MAX as u128),
            S::I32 => (i32::MIN as i128, i32::MAX as u128),
            S::I64 | S::Isize => (i64::MIN as i128, i64::MAX as u128),
            S::I128 => (i128::MIN, i128::MAX as u128),
            S::NonZeroU8 => (1, u8::MAX as u128),
            S::NonZeroU16 => (1, u16::MAX as u128),
            S::NonZeroU32 => (1, u32::MAX as u128),
            S::NonZeroU64 | S::NonZeroUsize => (1, u64::MAX as u128),
            S::NonZeroU128 => (1, u128::MAX),
            _ => return None,
        })
    }
}

/// What becomes of a number of more digits in a `serde_json::Value`.
pub(crate) const ROUNDED: Fit =
    Fit::Note("a stored number that neither 64 bits nor a float can hold is rounded");

const UNREADABLE: Fit = Fit::Not("a stored value cannot be read as the new type");

/// Whether every integer of a range has a float of its own.
const fn exact_in((least, greatest): (i128, u128), float: Scalar) -> bool {
    let bits = if matches!(float, S::F32) { 24 } else { 53 };
    least >= -(1 << bits) && greatest <= 1 << bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for (scalar, name) in Scalar::NAMES {
            assert_eq!(scalar.name(), name);
            assert_eq!(Scalar::named(name), Some(scalar));
        }
    }

    #[test]
    fn what_fits_is_what_the_ranges_say() {
        let check = |old: Scalar, new: Scalar, fits: bool| {
            assert_eq!(
                !matches!(old.fits(new), Fit::Not(_)),
                fits,
                "{old:?} {new:?}"
            );
        };
        check(S::U32, S::U64, true);
        check(S::U32, S::I64, true);
        check(S::U64, S::I64, false);
        check(S::I64, S::U64, false);
        check(S::U64, S::NonZeroU64, false);
        check(S::NonZeroU8, S::U8, true);
        check(S::U64, S::F64, true);
        check(S::F64, S::U64, false);
        check(S::F32, S::F64, true);
        check(S::F64, S::F32, false);
        check(S::Uuid, S::Text, true);
        check(S::Text, S::Uuid, false);
        check(S::Text, S::Str, false);
        check(S::Str, S::Text, true);
        check(S::Bool, S::U8, false);
        check(S::Bool, S::Json, true);
        check(S::Unit, S::Bool, false);
        check(S::Bool, S::F64, false);
        assert_eq!(S::U128.fits(S::Json), ROUNDED);
        assert_eq!(S::RawValue.fits(S::Json), ROUNDED);
        assert_eq!(S::U128.fits(S::RawValue), Fit::All);
        assert_eq!(S::U32.fits(S::F64), Fit::All);
        assert!(matches!(S::U64.fits(S::F64), Fit::Note(_)));
        assert!(matches!(S::I32.fits(S::F32), Fit::Note(_)));
    }
}
