//! Snapshots, and aggregates that stay in memory.

use pericarp::Pericarp;
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, Store};
use serde::{Deserialize, Serialize};

use crate::Outcome;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "meter.read")]
struct Read {
    kwh: u64,
}

// ANCHOR: aggregate
#[derive(Aggregate, Clone, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "meter", id = u64, events(Read), snapshot(every = 100), cached)]
struct Meter {
    kwh: u64,
}
// ANCHOR_END: aggregate

impl Apply<Read> for Meter {
    fn apply(&mut self, read: Read, _: &Meta<'_>) {
        self.kwh += read.kwh;
    }
}

#[derive(Command)]
#[command(aggregate = Meter, returns = u64)]
struct TakeReading {
    #[command(id)]
    meter: u64,
    kwh: u64,
}

impl Handle<TakeReading> for Meter {
    fn handle(
        meter: &mut Root<Self>,
        taken: &TakeReading,
    ) -> Result<u64, std::convert::Infallible> {
        meter.emit(Read { kwh: taken.kwh });
        Ok(meter.kwh)
    }
}

mod second {
    use super::*;

    // ANCHOR: version
    #[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
    #[aggregate(category = "meter", id = u64, events(Read), snapshot(every = 100, version = 2))]
    pub(super) struct Meter {
        pub(super) kwh: u64,
    }
    // ANCHOR_END: version

    impl Apply<Read> for Meter {
        fn apply(&mut self, read: Read, _: &Meta<'_>) {
            self.kwh += read.kwh.min(1_000);
        }
    }
}

fn application(store: impl Store) -> Pericarp<impl Store> {
    // ANCHOR: builder
    Pericarp::builder(store).cached_aggregates(50_000).build()
    // ANCHOR_END: builder
}

#[tokio::test]
async fn another_version_folds_all_events() -> Outcome {
    let app = application(MemoryStore::new());
    for n in 1..=200 {
        let kwh = if n == 1 { 5_000 } else { 1 };
        let sum = app.execute(TakeReading { meter: 7, kwh }).await?;
        assert_eq!(sum, 4_999 + n);
    }
    let first = app.load::<Meter>(&7).await?.ok_or("no meter")?;
    let second = app.load::<second::Meter>(&7).await?.ok_or("no meter")?;
    assert_eq!((first.kwh, second.kwh), (5_199, 1_199));
    Ok(())
}
