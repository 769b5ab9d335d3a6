//! What snapshots and aggregates in memory spare, and what they cost.

use std::convert::Infallible;
use std::path::Path;

use pericarp::prelude::*;
use pericarp::store::Store;
use pericarp::{Command, Pericarp};
use pericarp_benches::rounds::Rounds;
use pericarp_benches::{Outcome, ours};
use serde::{Deserialize, Serialize};

use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] = &[
    "snapshots.load-vs-fold",
    "snapshots.commands-vs-none",
    "cached.commands-vs-loads",
];

const ROUNDS: usize = 9;
const EVENTS: u64 = 10_000;
const COMMANDS: u64 = 500;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let loads = loads(folder.path()).await?;
        let (snapshots, cached) = commands(folder.path()).await?;
        Ok(vec![
            Bar::new(NAMES[0], loads, Target::AtLeast(20.0)),
            Bar::new(NAMES[1], snapshots, Target::AtLeast(0.9)),
            Bar::new(NAMES[2], cached, Target::AtLeast(1.1)),
        ])
    })
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "meter.counted")]
struct Counted {
    n: u64,
    note: String,
}

macro_rules! meter {
    ($meter:ident, $count:ident, ($($words:tt)*)) => {
        #[derive(Aggregate, Clone, Default, Shape, Serialize, Deserialize)]
        #[aggregate(category = "meter", id = u64, events(Counted), $($words)*)]
        struct $meter {
            total: u64,
            last: String,
        }

        impl Apply<Counted> for $meter {
            fn apply(&mut self, counted: Counted, _: &Meta<'_>) {
                self.total += counted.n;
                self.last = counted.note;
            }
        }

        #[derive(Command)]
        #[command(aggregate = $meter, returns = u64)]
        struct $count {
            #[command(id)]
            meter: u64,
            n: u64,
        }

        impl Handle<$count> for $meter {
            fn handle(meter: &mut Root<Self>, count: &$count) -> Result<u64, Infallible> {
                for n in 0..count.n {
                    let note = format!("the reading before was {n} less");
                    meter.emit(Counted { n: 1, note });
                }
                Ok(meter.total)
            }
        }
    };
}

meter!(Plain, CountPlain, ());
meter!(Kept, CountKept, (snapshot(every = 100)));
meter!(Hot, CountHot, (cached));

/// How much faster a long stream is loaded from its snapshot than from its first event.
async fn loads(folder: &Path) -> Outcome<f64> {
    let app = Pericarp::new(ours::open(folder).await?);
    for _ in 0..EVENTS / 1_000 {
        app.execute(CountKept { meter: 1, n: 1_000 }).await?;
    }
    app.store().snapshots_kept().await;
    app.execute(CountPlain { meter: 1, n: 50 }).await?;
    let mut rounds = Rounds::new(&["folded", "from its snapshot"]);
    for _ in 0..ROUNDS {
        rounds
            .time(0, async {
                let root = app.load::<Plain>(&1).await?.ok_or("no meter")?;
                check(root.total)
            })
            .await?;
        rounds
            .time(1, async {
                let root = app.load::<Kept>(&1).await?.ok_or("no meter")?;
                check(root.total)
            })
            .await?;
    }
    print!(
        "{}",
        rounds.table("a stream of 10,050 events", EVENTS as usize)
    );
    Ok(rounds.speed(1, 0))
}

fn check(total: u64) -> Outcome<()> {
    if total == EVENTS + 50 {
        Ok(())
    } else {
        Err(format!("{total} events").into())
    }
}

/// Commands on streams of 100 events and more, one after another.
async fn commands(folder: &Path) -> Outcome<(f64, f64)> {
    let app = Pericarp::new(ours::open(folder).await?);
    let names = ["loaded", "loaded, with snapshots", "in memory"];
    let mut rounds = Rounds::new(&names);
    for meter in 100..100 + ROUNDS as u64 {
        let (plain, kept, hot) = (3 * meter, 3 * meter + 1, 3 * meter + 2);
        app.execute(CountPlain {
            meter: plain,
            n: 100,
        })
        .await?;
        app.execute(CountKept {
            meter: kept,
            n: 100,
        })
        .await?;
        app.execute(CountHot { meter: hot, n: 100 }).await?;
        let count = |n| CountPlain { meter: plain, n };
        rounds.time(0, repeat(&app, count)).await?;
        let count = |n| CountKept { meter: kept, n };
        rounds.time(1, repeat(&app, count)).await?;
        let count = |n| CountHot { meter: hot, n };
        rounds.time(2, repeat(&app, count)).await?;
    }
    let title = "commands on a stream of 100 events and more, one after another";
    print!("{}", rounds.table(title, COMMANDS as usize));
    Ok((rounds.speed(1, 0), rounds.speed(2, 0)))
}

async fn repeat<C>(app: &Pericarp<impl Store>, command: impl Fn(u64) -> C) -> Outcome<()>
where
    C: Command<Returns = u64> + Send,
    C::Chain: pericarp::middleware::Chain<C, ()>,
{
    for n in 1..=COMMANDS {
        let total = app.execute(command(1)).await?;
        if total != 100 + n {
            return Err(format!("{total} after {n}").into());
        }
    }
    Ok(())
}
