//! A trace that goes on with those who follow the log.

use pericarp::middleware::Trace;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::telemetry::{InvalidTraceParent, TraceParent, handling};
use pericarp::{Metadata, Payload, Pericarp, RecordedEvent};

use crate::Outcome;
use crate::account::{AccountId, Open};

// ANCHOR: edge
fn payload<C>(command: C, traceparent: &str) -> Result<Payload<C>, InvalidTraceParent> {
    let parent: TraceParent = traceparent.parse()?;
    Ok(Payload::new(command).with_metadata(parent.metadata()))
}
// ANCHOR_END: edge

// ANCHOR: consumer
fn follow<C>(event: &RecordedEvent<'_>, command: C) -> serde_json::Result<Payload<C>> {
    let _handling = handling("invitations", event).entered();
    Ok(Payload::new(command).with_metadata(Metadata::following(event)?))
}
// ANCHOR_END: consumer

#[tokio::test]
async fn a_trace_goes_on() -> Outcome {
    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let app = Pericarp::builder(MemoryStore::new())
        .layer(Trace::new())
        .build();
    let open = |number| Open {
        account: AccountId(number),
        owner: "Ann",
    };
    app.execute_payload(payload(open(1), HEADER)?).await?;
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await?.ok_or("no page")?;
    let event = page.first().ok_or("no event")?;
    let followed = follow(&event, open(2))?;
    let trace = followed.metadata().trace_id.as_deref();
    assert_eq!(trace, Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    Ok(())
}
