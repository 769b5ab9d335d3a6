use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::InvalidLine;
use crate::{Position, RecordedEvent, Timestamp, Version};

/// The format that this build writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// What the first line says of itself.
const LOG: &str = "log";

/// What the last line says of itself.
const END: &str = "end";

/// One event, as a line.
///
/// Payload and metadata are embedded raw. What a line cannot carry so, because of line breaks in
/// it or white space around it, is carried as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    position: u64,
    id: Uuid,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    version: u64,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    schema_version: u32,
    ordinal: u32,
    occurred_at: i64,
    recorded_at: i64,
    #[serde(borrow, default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata_text: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_text: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A field that is there, whatever it holds: the payload `null` is a payload.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl<'a> Line<'a> {
    /// The line of an event.
    ///
    /// # Errors
    /// If its payload or its metadata is not JSON, which no store accepts.
    pub(super) fn of(event: &RecordedEvent<'a>) -> serde_json::Result<Self> {
        let (metadata, metadata_text) = embed(event.metadata)?;
        let (data, data_text) = embed(event.data)?;
        Ok(Self {
            position: event.position.get(),
            id: event.id,
            stream: Cow::Borrowed(event.stream),
            version: event.version.get(),
            event_type: Cow::Borrowed(event.event_type),
            schema_version: event.schema_version,
            ordinal: event.ordinal,
            occurred_at: event.occurred_at.as_micros(),
            recorded_at: event.recorded_at.as_micros(),
            metadata,
            metadata_text,
            data,
            data_text,
        })
    }

    /// The event of a line, as far as the line itself goes.
    pub(super) fn event(&self) -> Result<RecordedEvent<'_>, InvalidLine> {
        Ok(RecordedEvent {
            id: self.id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            stream: &self.stream,
            version: Version::new(self.version),
            position: Position::new(self.position),
            ordinal: self.ordinal,
            occurred_at: Timestamp::from_micros(self.occurred_at),
            recorded_at: Timestamp::from_micros(self.recorded_at),
            data: one_of("data", self.data, self.data_text.as_ref())?,
            metadata: one_of("metadata", self.metadata, self.metadata_text.as_ref())?,
        })
    }
}

fn embed(json: &str) -> serde_json::Result<(Option<&RawValue>, Option<Text<'_>>)> {
    // It is checked here, so that an export can be imported. White space around it is cut off.
    let raw: &RawValue = serde_json::from_str(json)?;
    let fits = raw.get().len() == json.len() && !json.contains(['\n', '\r']);
    Ok(if fits {
        (Some(raw), None)
    } else {
        (None, Some(Text(Cow::Borrowed(json))))
    })
}

fn one_of<'l>(
    field: &'static str,
    raw: Option<&'l RawValue>,
    text: Option<&'l Text<'_>>,
) -> Result<&'l str, InvalidLine> {
    match (raw, text) {
        (Some(raw), None) => Ok(raw.get()),
        (None, Some(text)) => Ok(&text.0),
        (None, None) => Err(InvalidLine::Missing { field }),
        (Some(_), Some(_)) => Err(InvalidLine::Twice { field }),
    }
}

/// The first line. It holds nothing that changes from one export to the next.
#[derive(Serialize, Deserialize)]
pub(super) struct Header<'a> {
    #[serde(borrow)]
    pericarp: Cow<'a, str>,
    pub(super) format: u32,
}

impl Header<'static> {
    pub(super) const fn new() -> Self {
        Self {
            pericarp: Cow::Borrowed(LOG),
            format: FORMAT,
        }
    }
}

impl<'a> Header<'a> {
    /// Reads a first line; `None` if it is that of something else. A newer format may say more
    /// than this build knows, so nothing but what it needs is looked at.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let header: Self = serde_json::from_str(line).ok()?;
        (header.pericarp == LOG).then_some(header)
    }
}

/// The last line, which tells a whole file from one that was cut.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trailer<'a> {
    #[serde(borrow)]
    pericarp: Cow<'a, str>,
    /// How many events there are.
    pub(super) events: u64,
    /// The position of the last one; 0 if there is none.
    pub(super) last: u64,
}

impl Trailer<'static> {
    pub(super) const fn new(events: u64, last: Position) -> Self {
        Self {
            pericarp: Cow::Borrowed(END),
            events,
            last: last.get(),
        }
    }
}

impl<'a> Trailer<'a> {
    /// Reads a last line; `None` if the line is none.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let trailer: Self = serde_json::from_str(line).ok()?;
        (trailer.pericarp == END).then_some(trailer)
    }
}
