use super::Subject;
use super::check::{fresh, within};
use super::events::{Stored, new_id, read_log};
use super::import::{Importer, Source, batches};
use crate::store::{BulkError, Positions, Reason, Store};
use crate::{Position, Timestamp, Version};

/// Each way in which events do not go with a log is told, and nothing of the batch is stored.
pub(super) async fn refusals<S: Subject>(law: &'static str, subject: &S, source: &Source) {
    let (_log, store) = fresh(law, subject).await;
    let importer = Importer {
        law,
        subject,
        store: &store,
    };
    let known = source.first_half();
    importer.import(known, 10, Positions::Keep).await;
    for (events, positions, index, reason) in ill_batches(known) {
        let mut ill = batches(law, &events, usize::MAX);
        assert_eq!(ill.len(), 1, "{law}: one batch");
        let outcome = importer.try_one(ill.remove(0), positions).await;
        match outcome {
            Err(BulkError::Refused(refused)) => {
                let event = &events[index];
                assert_eq!(refused.reason, reason, "{law}: another reason");
                assert_eq!(
                    (refused.index, refused.event_id, refused.position),
                    (index, event.id, event.position),
                    "{law}: {reason:?}: the error names the event"
                );
                assert_eq!(
                    (refused.stream.as_str(), refused.version),
                    (event.stream.as_str(), event.version),
                    "{law}: {reason:?}: the error names the stream and the version"
                );
            }
            outcome => panic!("{law}: expected {reason:?} ({positions:?}), and got {outcome:?}"),
        }
        assert!(
            read_log(law, &store).await == known,
            "{law}: {reason:?}: something of a refused batch was stored"
        );
    }
    // The log is usable, and its own events are.
    importer.import(&source.events, 10, Positions::Keep).await;
    assert!(
        read_log(law, &store).await == source.events,
        "{law}: after refusals the log is another"
    );
    within(law, "close", store.close()).await;
    let late = batches(law, known, usize::MAX).remove(0);
    let outcome = importer.try_one(late, Positions::Keep).await;
    assert!(
        matches!(outcome, Err(BulkError::Closed)),
        "{law}: a closed store answered {outcome:?}"
    );
}

type Ill = (Vec<Stored>, Positions, usize, Reason);

/// Batches that a log of these events refuses: the events, the place of the one that is refused,
/// and the reason.
fn ill_batches(known: &[Stored]) -> Vec<Ill> {
    let [first, .., last] = known else {
        return Vec::new();
    };
    let mut ill = Vec::new();
    changed_events(first, &mut ill);
    for positions in [Positions::Keep, Positions::Renumber] {
        misplaced_events(known, last, positions, &mut ill);
    }
    let good = new_event(last, "good", 1, 1);
    let end = last.position;
    let behind = Stored {
        position: last.position,
        ..good.clone()
    };
    let reason = Reason::PositionTaken { end };
    ill.push((vec![behind], Positions::Keep, 0, reason));
    let in_a_gap = Stored {
        position: end.previous(),
        ..good.clone()
    };
    let reason = Reason::PositionTaken { end };
    ill.push((vec![in_a_gap], Positions::Keep, 0, reason));
    let newest = Timestamp::from_micros(good.recorded_at.as_micros() + 1);
    let later = Stored {
        recorded_at: newest,
        ..good.clone()
    };
    let earlier = new_event(last, "good", 2, 2);
    let recorded_at = earlier.recorded_at;
    let reason = Reason::RecordedEarlier {
        recorded_at,
        newest,
    };
    ill.push((vec![later, earlier], Positions::Keep, 1, reason));
    ill
}

/// One field of a known event is another.
fn changed_events(known: &Stored, ill: &mut Vec<Ill>) {
    let event = || known.clone();
    let micros = |time: Timestamp| Timestamp::from_micros(time.as_micros() + 1);
    let changes = [
        Stored {
            event_type: "conformance.other".into(),
            ..event()
        },
        Stored {
            schema_version: known.schema_version + 1,
            ..event()
        },
        Stored {
            stream: "conformance-other".into(),
            ..event()
        },
        Stored {
            version: known.version.next(),
            ..event()
        },
        Stored {
            occurred_at: micros(known.occurred_at),
            ..event()
        },
        Stored {
            data: format!("{} ", known.data),
            ..event()
        },
        Stored {
            metadata: format!("{} ", known.metadata),
            ..event()
        },
    ];
    let of_the_record = [
        Stored {
            position: known.position.next(),
            ..event()
        },
        Stored {
            recorded_at: micros(known.recorded_at),
            ..event()
        },
    ];
    for change in &changes {
        let renumbered = (
            vec![change.clone()],
            Positions::Renumber,
            0,
            Reason::OtherContent,
        );
        ill.push(renumbered);
    }
    for change in changes {
        ill.push((vec![change], Positions::Keep, 0, Reason::OtherContent));
    }
    for change in of_the_record {
        ill.push((vec![change], Positions::Keep, 0, Reason::RecordedElsewhere));
    }
}

fn misplaced_events(known: &[Stored], last: &Stored, positions: Positions, ill: &mut Vec<Ill>) {
    let good = new_event(last, "good", 1, 1);
    let repeated = Stored {
        id: good.id,
        ..new_event(last, "good", 2, 2)
    };
    ill.push((
        vec![good.clone(), repeated],
        positions,
        1,
        Reason::RepeatedId,
    ));

    let taken = Stored {
        stream: last.stream.clone(),
        ..new_event(last, "", last.version.get(), 2)
    };
    let of_the_stream = known.iter().filter(|event| event.stream == last.stream);
    let actual = of_the_stream
        .map(|event| event.version)
        .max()
        .unwrap_or_default();
    let reason = Reason::VersionTaken { actual };
    ill.push((vec![good.clone(), taken], positions, 1, reason));

    let missing = new_event(last, "good", 3, 2);
    let actual = Version::new(1);
    let reason = Reason::VersionMissing { actual };
    ill.push((vec![good.clone(), missing], positions, 1, reason));

    let not_the_first = new_event(last, "good", 2, 1);
    let actual = Version::NONE;
    ill.push((
        vec![not_the_first],
        positions,
        0,
        Reason::VersionMissing { actual },
    ));

    // A known commit, and an event more of it.
    let start = known
        .iter()
        .rposition(|event| event.ordinal == 0)
        .unwrap_or_default();
    let mut longer = known[start..].to_vec();
    longer.push(Stored {
        ordinal: last.ordinal + 1,
        ..good
    });
    let index = longer.len() - 1;
    ill.push((longer, positions, index, Reason::OtherCommit));
}

/// An event that would go with a log that ends with `last`, if the version does.
fn new_event(last: &Stored, key: &str, version: u64, after: u64) -> Stored {
    Stored {
        id: new_id().get(),
        stream: format!("conformance-{key}"),
        version: Version::new(version),
        position: Position::new(last.position.get() + after),
        ordinal: 0,
        ..last.clone()
    }
}
