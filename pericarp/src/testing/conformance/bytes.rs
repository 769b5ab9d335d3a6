use super::Subject;
use super::check::{declared, fresh, ok, reopen};
use super::events::{new_id, read, stream};
use super::ledger::Ledger;
use crate::store::{Read, ReadLog, ReadStream, Store};
use crate::{Commit, EventType, Expected, NewEvent, Timestamp};

/// Payload and metadata come back byte for byte: escapes, unicode, nested depth, 1 MiB, numbers
/// beyond f64, duplicate keys, insignificant white space.
///
/// # Panics
/// If the law does not hold.
pub async fn law_10_bytes_are_sacred<S: Subject>(subject: &S) {
    const LAW: &str = "law 10";
    let (log, store) = fresh(LAW, subject).await;
    let happened = EventType::from_static("conformance.happened");
    let texts = texts();
    let objects: Vec<String> = texts
        .iter()
        .map(|text| format!("{{ \"it\":{text} ,\"it\":1}}"))
        .collect();
    let mut ledger = Ledger::new(LAW);
    for (number, data) in texts.iter().enumerate() {
        let mut commit = Commit::new(new_id());
        let mut turn = commit.to(stream("bytes"), Expected::Any);
        // Metadata of one event is the next one's, of another length, and the first one's again.
        for shift in [0, 0, 1, 0] {
            let event = NewEvent {
                id: None,
                event_type: &happened,
                schema_version: u32::MAX,
                occurred_at: Timestamp::from_micros(i64::MIN + number as i64),
                data,
                metadata: &objects[(number + shift) % objects.len()],
            };
            turn = ok(LAW, "add an event", turn.raw(event));
        }
        let answer = ok(LAW, "append", store.append(commit.clone()).await);
        ledger.acknowledged(commit, answer);
    }
    let stored = ledger.check(&store).await;
    for limit in [1, 3] {
        let by_stream = ReadStream::new(stream("bytes")).limit(limit);
        let same = read(LAW, &store, by_stream).await == stored;
        assert!(same, "{LAW}: a stream has other bytes than the log");
        let mut backward = read(LAW, &store, ReadLog::all().backward().limit(limit)).await;
        backward.reverse();
        assert!(
            backward == stored,
            "{LAW}: read backward, the log has other bytes"
        );
    }
    for event in &stored {
        let by_id = read(LAW, &store, Read::Event(event.id)).await;
        assert!(
            by_id.as_slice() == std::slice::from_ref(event),
            "{LAW}: by its id, the event at {} has other bytes",
            event.position
        );
    }
    if declared(LAW, "persistent", subject.capabilities().persistent) {
        ledger.check(&reopen(LAW, subject, &log, store).await).await;
    }
}

/// JSON of every kind that a store could be tempted to change.
pub(super) fn texts() -> Vec<String> {
    let texts = [
        r#""\u0000\b\f\n\r\t\\\"\/\u00e9\ud83d\ude00\ud800""#,
        "\"żółć 漢字 🦀 e\u{301} \u{200b}\u{feff}\u{2028}\u{10ffff} \u{7f}\"",
        r#""'; DROP TABLE pericarp_events; -- %s ? ?1 :a @b $c \" ` [x] {} \\""#,
        "1e400",
        "-1E-999",
        "123456789012345678901234567890.12345678901234567890123456789000",
        "-0",
        "-0.0e+00",
        "1.50",
        r#"{"a":1,"a":2,"b":{"a":1,"a":{}},"a":null}"#,
        " \t\r\n{ \"z\" : [ 1 , 2,3 ] ,\n\"a\":\ttrue } \n",
        r#"{"b":1,"a":2,"":3," ":4,"\u0061":5}"#,
        "[]",
        "{}",
        "\"\"",
        "null",
        "true",
        " 0 ",
    ];
    let deep = format!("{}{}", r#"[{"in":"#.repeat(100), "}]".repeat(100)).replace(":}", ":0}");
    let large = format!(r#"{{"text":"{}"}}"#, "é\\n".repeat(1 << 18));
    assert!(large.len() >= 1 << 20, "a large payload has 1 MiB");
    texts
        .map(str::to_owned)
        .into_iter()
        .chain([deep, large])
        .collect()
}
