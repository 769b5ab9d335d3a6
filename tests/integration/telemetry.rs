//! One trace, from the request over what is stored to whoever goes on with it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use pericarp::middleware::Trace;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::telemetry::{InvalidTraceParent, TraceParent, handling};
use pericarp::{Metadata, Payload, Pericarp, Root};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as Line, Metadata as Callsite, Subscriber};
use tracing_core::span::Current;

use crate::domain::{Add, Added, Tally};

const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A span that was made, and the one that it is in.
#[derive(Clone, Debug, Default)]
struct Seen {
    name: String,
    parent: Option<usize>,
    fields: BTreeMap<String, String>,
    callsite: Option<&'static Callsite<'static>>,
}

/// Keeps every span.
#[derive(Clone, Default)]
struct Spans {
    made: Arc<Mutex<Vec<Seen>>>,
    entered: Arc<Mutex<Vec<usize>>>,
}

struct Fields<'f>(&'f mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.to_string(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.to_string(), format!("{value:?}"));
    }
}

fn place(id: &Id) -> usize {
    id.into_u64() as usize - 1
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Callsite<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut seen = Seen {
            name: span.metadata().name().into(),
            parent: self.entered.lock().unwrap().last().copied(),
            callsite: Some(span.metadata()),
            ..Seen::default()
        };
        span.record(&mut Fields(&mut seen.fields));
        let mut made = self.made.lock().unwrap();
        made.push(seen);
        Id::from_u64(made.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(&mut Fields(
            &mut self.made.lock().unwrap()[place(id)].fields,
        ));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Line<'_>) {}

    fn enter(&self, id: &Id) {
        self.entered.lock().unwrap().push(place(id));
    }

    fn exit(&self, id: &Id) {
        assert_eq!(self.entered.lock().unwrap().pop(), Some(place(id)));
    }

    fn current_span(&self) -> Current {
        let Some(place) = self.entered.lock().unwrap().last().copied() else {
            return Current::none();
        };
        let callsite = self.made.lock().unwrap()[place].callsite;
        Current::new(Id::from_u64(place as u64 + 1), callsite.unwrap())
    }
}

impl Spans {
    /// Each span as its name behind those it is in, and its fields.
    fn paths(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let made = self.made.lock().unwrap();
        let path = |seen: &Seen| {
            let (mut path, mut parent) = (seen.name.clone(), seen.parent);
            while let Some(place) = parent {
                path = format!("{}/{path}", made[place].name);
                parent = made[place].parent;
            }
            (path, seen.fields.clone())
        };
        made.iter().map(path).collect()
    }
}

#[tokio::test]
async fn one_trace_goes_from_the_request_over_the_log_to_what_follows() {
    let spans = Spans::default();
    let _recording = tracing::subscriber::set_default(spans.clone());
    let app = Pericarp::builder(MemoryStore::new())
        .layer(Trace::new())
        .build();
    let parent: TraceParent = HEADER.parse().unwrap();
    let first = Payload::new(Add { tally: 1, n: 2 }).with_metadata(parent.metadata());
    let committed = app.execute_payload(first).await.unwrap().committed.unwrap();

    // Somebody follows the log, and sends a command for each event.
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let event = page.first().unwrap();
    let follows = Metadata::following(&event).unwrap();
    assert_eq!(follows.trace_id.as_deref(), Some(TRACE));
    let cause = Some(event.id.to_string());
    assert_eq!(
        (&follows.causation_id, &follows.correlation_id),
        (&cause, &cause)
    );
    let second = Payload::new(Add { tally: 2, n: 3 }).with_metadata(follows);
    handling("follower", &event).in_scope(|| tracing::debug!("handled"));
    app.execute_payload(second).await.unwrap();

    let found = spans.paths();
    let names: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    let of_request = [
        "request",
        "request/load",
        "request/decide",
        "request/append",
    ];
    assert_eq!(
        names,
        [&of_request[..], &["event"], &of_request[..]].concat()
    );
    for (path, fields) in found.iter().filter(|(path, _)| !path.contains('/')) {
        assert_eq!(fields["trace_id"], TRACE, "{path}");
    }
    let field = |place: usize, name: &str| found[place].1[name].as_str();
    assert_eq!(field(0, "name"), "Add");
    assert_eq!(field(1, "stream"), "tally-1");
    assert_eq!(field(3, "stream"), "tally-1");
    assert_eq!(field(3, "commit"), committed.id.to_string());
    assert_eq!(field(3, "position"), "1");
    assert_eq!(field(4, "position"), "1");
    assert_eq!(field(4, "consumer"), "follower");
    assert_eq!(field(5, "causation_id"), event.id.to_string());
    assert_eq!(field(8, "position"), "2");
    // The second event carries the trace on.
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let last = page.events().last().unwrap();
    assert_eq!(
        last.parse_metadata().unwrap().trace_id.as_deref(),
        Some(TRACE)
    );
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one_if_somebody_listens() {
    let app = Pericarp::builder(MemoryStore::new())
        .layer(Trace::new())
        .build();
    app.execute(Add { tally: 1, n: 1 }).await.unwrap();
    let spans = Spans::default();
    {
        let _recording = tracing::subscriber::set_default(spans.clone());
        app.execute(Add { tally: 1, n: 1 }).await.unwrap();
        let mut tally = app.load::<Tally>(&1).await.unwrap().unwrap();
        tally.emit(Added { n: 1 });
        let repository = app.repository::<Tally>();
        assert_eq!(Root::version(&tally).get(), 3);
        repository.save(&mut tally).await.unwrap();
    }
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let traces: Vec<_> = page
        .events()
        .map(|event| event.parse_metadata().unwrap().trace_id)
        .collect();
    let made = traces[1].clone().unwrap();
    assert_eq!((&traces[0], &traces[2]), (&None, &None));
    assert!(
        made.len() == 32 && made.bytes().all(|b| b.is_ascii_hexdigit()),
        "{made}"
    );
    let found = spans.paths();
    assert_eq!(found[0].1["trace_id"], made);
    assert_eq!(found.last().unwrap().0, "append");
}

/// What a worker did for a sender was in no span of the sender's.
#[tokio::test]
async fn a_command_that_is_sent_is_within_the_span_of_its_sender() {
    use tracing::Instrument;

    let spans = Spans::default();
    let _recording = tracing::subscriber::set_default(spans.clone());
    let app = Pericarp::builder(MemoryStore::new())
        .layer(Trace::new())
        .build();
    let queue = app.queue(pericarp::workers::Workers::builder().build());
    let send = queue.send(Add { tally: 1, n: 1 });
    let ticket = send
        .instrument(tracing::info_span!("sender"))
        .await
        .unwrap();
    ticket.await.unwrap().unwrap();
    let found = spans.paths();
    assert_eq!(found[0].0, "sender");
    assert_eq!(found[1].0, "sender/request");
    assert_eq!(found.last().unwrap().0, "sender/request/append");
}

#[tokio::test]
async fn an_append_that_fails_says_why() {
    let spans = Spans::default();
    let _recording = tracing::subscriber::set_default(spans.clone());
    let app = Pericarp::new(MemoryStore::new());
    let mut stale = Root::<Tally>::empty(1);
    app.execute(Add { tally: 1, n: 1 }).await.unwrap();
    stale.emit(Added { n: 1 });
    app.repository::<Tally>()
        .save(&mut stale)
        .await
        .unwrap_err();
    let (path, fields) = spans.paths().pop().unwrap();
    assert_eq!(
        (path.as_str(), fields["code"].as_str()),
        ("append", "append.conflict")
    );
    assert!(!fields.contains_key("position"));
}

#[test]
fn a_traceparent_is_read_as_the_standard_says() {
    let parent: TraceParent = HEADER.parse().unwrap();
    assert_eq!(parent.trace_id(), 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
    assert_eq!(parent.span_id(), 0x00f0_67aa_0ba9_02b7);
    assert_eq!(parent.to_string(), HEADER);
    assert_eq!(
        TraceParent::new(parent.trace_id(), parent.span_id(), true),
        Some(parent)
    );
    let of_later = HEADER.replace("00-4b", "01-4b").replace("-01", "-02-more");
    assert!(!of_later.parse::<TraceParent>().unwrap().is_sampled());
    let zero = |digits: usize| "0".repeat(digits);
    for wrong in [
        String::new(),
        HEADER.to_uppercase(),
        format!("{HEADER}-"),
        HEADER.replace("00-4b", "ff-4b"),
        HEADER.replace(TRACE, &zero(32)),
        HEADER.replace("00f067aa0ba902b7", &zero(16)),
        HEADER.replace("4bf9", "4bf"),
        HEADER.replace("4bf9", "+bf9"),
        HEADER.replace('-', "_"),
    ] {
        assert_eq!(
            wrong.parse::<TraceParent>(),
            Err(InvalidTraceParent),
            "{wrong}"
        );
    }
}
