//! The whole way of a log: into a store, again, and back.

use std::io::Cursor;

use pericarp::Pericarp;
use pericarp::store::{MemoryStore, ReadLog, Store};

use crate::application::Outcome;
use crate::fault_tests::{read, small_log};
use crate::import::{ImportError, Imported, Timeline, import};
use crate::report::Report;
use crate::{SAMPLE, log, replay, xes};

type Tested = Result<(), Box<dyn std::error::Error>>;

fn sample() -> Result<Timeline, std::io::Error> {
    Ok(Timeline::read(log::cases(xes::open(Cursor::new(SAMPLE))?)))
}

fn timeline_of(text: &str) -> Timeline {
    let (cases, faults) = read(text);
    let faults = faults.into_iter().map(Err);
    Timeline::read(cases.into_iter().map(Ok).chain(faults))
}

async fn played(app: &Pericarp<MemoryStore>, timeline: &Timeline) -> Result<Imported, ImportError> {
    import(app, timeline, |_| ()).await
}

fn outcomes(report: &Report) -> [u64; 4] {
    [
        Outcome::Approved,
        Outcome::Declined,
        Outcome::Cancelled,
        Outcome::Open,
    ]
    .map(|outcome| report.with_outcome(outcome))
}

#[tokio::test]
async fn the_sample_is_imported_once_and_replayed_whole() -> Tested {
    let (app, timeline) = (Pericarp::new(MemoryStore::new()), sample()?);
    assert!(timeline.faults.is_empty());

    let first = played(&app, &timeline).await?;
    assert_eq!(
        (first.added, first.known, first.refused.len()),
        (10_915, 0, 0)
    );
    let second = played(&app, &timeline).await?;
    assert_eq!((second.added, second.known), (0, 10_915));

    let report = replay(&app, &timeline).await?;
    assert_eq!((report.applications(), report.events), (525, 10_915));
    assert_eq!(outcomes(&report), [103, 295, 112, 15]);
    Ok(())
}

#[tokio::test]
async fn the_log_is_in_the_order_of_time() -> Tested {
    let (app, timeline) = (Pericarp::new(MemoryStore::new()), sample()?);
    played(&app, &timeline).await?;

    let mut times = Vec::new();
    let mut pages = app.store().pages(ReadLog::all());
    while let Some(page) = pages.next().await? {
        times.extend(page.events().map(|event| event.occurred_at));
    }
    assert_eq!(times.len(), 10_915);
    assert!(times.is_sorted());
    Ok(())
}

#[tokio::test]
async fn a_run_that_was_cut_short_is_taken_up() -> Tested {
    let app = Pericarp::new(MemoryStore::new());
    let whole = sample()?;
    let mut first_part = sample()?;
    first_part.truncate(4_321);

    assert_eq!(played(&app, &first_part).await?.added, 4_321);
    let rest = played(&app, &whole).await?;
    assert_eq!((rest.known, rest.added), (4_321, 10_915 - 4_321));
    Ok(())
}

#[tokio::test]
async fn what_is_whole_in_an_ill_formed_log_is_imported() -> Tested {
    let app = Pericarp::new(MemoryStore::new());
    let log = small_log();
    let cut = log.rfind("<trace>").unwrap_or_default();

    let broken = timeline_of(&log[..cut + 30]);
    assert_eq!(broken.faults.len(), 1);
    assert_eq!(played(&app, &broken).await?.added, 4);

    let mended = played(&app, &timeline_of(&log)).await?;
    assert_eq!((mended.known, mended.added), (4, 2));
    Ok(())
}

#[tokio::test]
async fn a_refusal_names_the_line_and_the_case_and_ends_that_case_alone() -> Tested {
    let app = Pericarp::new(MemoryStore::new());
    let log = small_log().replacen("A_PARTLYSUBMITTED", "A_APPROVED", 1);

    let imported = played(&app, &timeline_of(&log)).await?;
    assert_eq!(imported.added, 5);
    let refused = imported
        .refused
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(
        refused,
        ["line 9, case 1: refused: step Approve does not follow on a stage of submitted"]
    );
    Ok(())
}
