//! Payload bytes: what a derived event writes and how it is read back.
//!
//! The type of an event is stored beside its payload, so the payload of an enum variant is the
//! variant's content alone. Serde's own implementation of the enum still does the work: it talks
//! to a serialiser that leaves the variant's name out, and to a deserialiser that puts it back.

mod escapes;
mod strict;
mod variant_de;
mod variant_ser;

use serde::de::{Deserialize, IgnoredAny};
use serde::ser::Serialize;

pub use escapes::Escapes;
pub(crate) use strict::Strict;

use crate::{DecodeError, DecodeReason, EncodeError, EventKind, Reading, RecordedEvent};

/// Writes the payload of a struct.
pub(crate) fn encode<T: Serialize + ?Sized>(
    kind: &EventKind,
    event: &T,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    serde_json::to_writer(out, &Strict::new(event)).map_err(|source| EncodeError::new(kind, source))
}

/// Writes the payload of an event without fields: an empty object, which may get fields later.
pub fn encode_unit(out: &mut Vec<u8>) {
    out.extend_from_slice(b"{}");
}

/// Writes the content of an enum's variant.
pub(crate) fn encode_variant<T: Serialize + ?Sized>(
    kind: &EventKind,
    event: &T,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    event
        .serialize(&mut variant_ser::Content::new(out))
        .map_err(|source| EncodeError::new(kind, source))
}

/// Reads the payload of a struct.
pub(crate) fn decode<'de, T: Deserialize<'de>>(
    record: &RecordedEvent<'de>,
) -> Result<T, DecodeError> {
    serde_json::from_str(record.data).map_err(|source| payload_error(record, source))
}

/// Reads the payload of an event without fields: any JSON, so that fields may have been there.
pub(crate) fn decode_unit(record: &RecordedEvent<'_>) -> Result<(), DecodeError> {
    decode::<IgnoredAny>(record).map(|_| ())
}

/// Reads the content of the variant that serde numbers `index`.
pub(crate) fn decode_variant<'de, T: Deserialize<'de>>(
    record: &RecordedEvent<'de>,
    index: u32,
) -> Result<T, DecodeError> {
    let mut json = serde_json::Deserializer::from_str(record.data);
    T::deserialize(variant_de::Variant::new(index, &mut json))
        .and_then(|event| json.end().map(|()| event))
        .map_err(|source| payload_error(record, source))
}

/// Says of a stored schema version that is not read whether it is too old, which is an error, or
/// from a later build.
#[cold]
pub fn other_version(
    record: &RecordedEvent<'_>,
    oldest: u32,
    newest: u32,
) -> Result<Reading, DecodeError> {
    if record.schema_version > newest {
        Ok(Reading::Newer { oldest, newest })
    } else {
        Err(DecodeError::unknown_version(record, oldest, newest))
    }
}

#[cold]
fn payload_error(record: &RecordedEvent<'_>, source: serde_json::Error) -> DecodeError {
    DecodeError::new(record, DecodeReason::Payload(source))
}
