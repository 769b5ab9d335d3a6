use tracing::Span;

use crate::RecordedEvent;

/// A span for what `consumer` does with an event: within the trace of the request that the event
/// came of.
///
/// It has the name `event`, the level `DEBUG`, the target `pericarp::event`, and the fields `consumer`, `stream`, `position`, `event_type`,
/// `trace_id`, `correlation_id` and `causation_id`, which is the event. If nobody listens, the metadata of the event is not looked at.
///
/// ```
/// use pericarp::RecordedEvent;
///
/// fn project(event: &RecordedEvent<'_>) {
///     let _handling = pericarp::telemetry::handling("balances", event).entered();
///     // ..
/// }
/// ```
pub fn handling(consumer: &str, event: &RecordedEvent<'_>) -> Span {
    let span = tracing::debug_span!(
        target: "pericarp::event",
        "event",
        consumer,
        stream = event.stream,
        position = event.position.get(),
        event_type = event.event_type,
        causation_id = %event.id,
        trace_id = tracing::field::Empty,
        correlation_id = tracing::field::Empty,
    );
    if !span.is_disabled()
        && let Ok(metadata) = event.parse_metadata()
    {
        if let Some(trace) = &metadata.trace_id {
            span.record("trace_id", trace.as_str());
        }
        if let Some(correlation) = &metadata.correlation_id {
            span.record("correlation_id", correlation.as_str());
        }
    }
    span
}
