use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use pericarp::telemetry::TraceParent;
use uuid::Uuid;

/// The header of <https://www.w3.org/TR/trace-context/>.
const TRACEPARENT: &str = "traceparent";

// ANCHOR: traced
/// Goes on with the trace of whoever calls, or begins one, and says which it is.
pub(super) async fn traced(mut request: Request, next: Next) -> Response {
    let header = request.headers().get(TRACEPARENT);
    let theirs = header.and_then(|header| header.to_str().ok()?.parse().ok());
    let ours = following(theirs);
    request.extensions_mut().insert(ours);
    let mut response = next.run(request).await;
    if let Some(value) = ours.and_then(|ours| HeaderValue::try_from(ours.to_string()).ok()) {
        response.headers_mut().insert(TRACEPARENT, value);
    }
    response
}

/// What is done here: a span of their trace, or else of a new one.
fn following(theirs: Option<TraceParent>) -> Option<TraceParent> {
    let id = Uuid::now_v7();
    let (_, span) = id.as_u64_pair();
    match theirs {
        Some(theirs) => TraceParent::new(theirs.trace_id(), span, theirs.is_sampled()),
        None => TraceParent::new(id.as_u128(), span, true),
    }
}
// ANCHOR_END: traced
