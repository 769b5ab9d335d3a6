use std::fmt;
use std::str::FromStr;

use crate::Metadata;

/// The trace that a request of the outside world belongs to, as the header `traceparent` says it:
/// <https://www.w3.org/TR/trace-context/#traceparent-header>.
///
/// ```
/// use pericarp::Payload;
/// use pericarp::telemetry::TraceParent;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let parent: TraceParent = header.parse()?;
/// assert!(parent.is_sampled());
/// assert_eq!(parent.to_string(), header);
///
/// let payload = Payload::new("any request").with_metadata(parent.metadata());
/// assert_eq!(payload.metadata().trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
/// # Ok::<(), pericarp::telemetry::InvalidTraceParent>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent {
    trace_id: u128,
    span_id: u64,
    sampled: bool,
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not like 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
pub struct InvalidTraceParent;

impl TraceParent {
    /// The span `span_id` of the trace `trace_id`; `None` if one of them is 0, which is no id.
    pub const fn new(trace_id: u128, span_id: u64, sampled: bool) -> Option<Self> {
        if trace_id == 0 || span_id == 0 {
            return None;
        }
        Some(Self {
            trace_id,
            span_id,
            sampled,
        })
    }

    /// The trace.
    pub const fn trace_id(&self) -> u128 {
        self.trace_id
    }

    /// The span that the request was sent in.
    pub const fn span_id(&self) -> u64 {
        self.span_id
    }

    /// Whether the sender records the trace.
    pub const fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// Metadata with its trace, which events carry on.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            trace_id: Some(format!("{:032x}", self.trace_id)),
            ..Metadata::default()
        }
    }
}

/// A later version than 00 may have more behind it; of what is there, what is known is read.
impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        read(text).ok_or(InvalidTraceParent)
    }
}

fn read(text: &str) -> Option<TraceParent> {
    let mut parts = text.split('-');
    let version = hex(parts.next(), 2)?;
    let trace_id = hex(parts.next(), 32)?;
    let span_id = u64::try_from(hex(parts.next(), 16)?).ok()?;
    let flags = hex(parts.next(), 2)?;
    let is_known = version != 0xff && (version != 0 || parts.next().is_none());
    is_known
        .then(|| TraceParent::new(trace_id, span_id, flags & 1 == 1))
        .flatten()
}

/// So many digits, none of which is a capital.
fn hex(part: Option<&str>, digits: usize) -> Option<u128> {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let part = part.filter(|part| part.len() == digits && part.bytes().all(is_digit))?;
    u128::from_str_radix(part, 16).ok()
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span, flags) = (self.trace_id, self.span_id, u8::from(self.sampled));
        write!(f, "00-{trace:032x}-{span:016x}-{flags:02x}")
    }
}
