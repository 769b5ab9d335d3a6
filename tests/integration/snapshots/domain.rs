//! A meter, as several builds have it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use pericarp::prelude::*;
use pericarp::store::Store;
use pericarp::{Pericarp, Version};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "meter.counted")]
pub(crate) struct Counted {
    pub(crate) n: u64,
}

/// A meter of ten events between two snapshots.
macro_rules! meter {
    ($meter:ident, $count:ident, $state:ident, ($($words:tt)*), [$($derives:ident),*]) => {
        #[derive(Aggregate, Default, Debug, Shape, Serialize, Deserialize $(, $derives)*)]
        #[aggregate(category = "meter", id = u64, error = Full, events(Counted), $($words)*)]
        pub(crate) struct $meter {
            pub(crate) $state: u64,
        }

        impl Apply<Counted> for $meter {
            fn apply(&mut self, event: Counted, _: &Meta<'_>) {
                self.$state += event.n;
            }
        }

        #[derive(Command)]
        #[command(aggregate = $meter, returns = u64)]
        pub(crate) struct $count {
            #[command(id)]
            pub(crate) meter: u64,
            pub(crate) n: u64,
        }

        impl Handle<$count> for $meter {
            fn handle(meter: &mut Root<Self>, count: &$count) -> Result<u64, Full> {
                if count.n == 0 {
                    return Ok(meter.$state);
                }
                if meter.$state + count.n > 100_000 {
                    return Err(Full);
                }
                meter.emit(Counted { n: count.n });
                Ok(meter.$state)
            }
        }
    };
}

meter!(Meter, Count, total, (snapshot(every = 10)), []);
meter!(Renamed, CountRenamed, sum, (snapshot(every = 10)), []);
meter!(
    Second,
    CountSecond,
    total,
    (snapshot(every = 10, version = 2)),
    []
);
meter!(Plain, CountPlain, total, (), []);
meter!(Hot, CountHot, total, (cached), [Clone]);
meter!(
    Both,
    CountBoth,
    total,
    (cached, snapshot(every = 10)),
    [Clone]
);

/// No room for more.
#[derive(Debug, PartialEq)]
pub(crate) struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the meter is full")
    }
}

impl std::error::Error for Full {}

/// Its state is no JSON: these are no keys.
#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "meter", id = u64, events(Counted), snapshot(every = 1))]
pub(crate) struct Unwritable {
    pub(crate) counts: BTreeMap<(u64, u64), u64>,
}

impl Apply<Counted> for Unwritable {
    fn apply(&mut self, event: Counted, _: &Meta<'_>) {
        *self.counts.entry((event.n, 0)).or_default() += 1;
    }
}

#[derive(Command)]
#[command(aggregate = Unwritable, returns = usize)]
pub(crate) struct CountUnwritable {
    #[command(id)]
    pub(crate) meter: u64,
    pub(crate) n: u64,
}

impl Handle<CountUnwritable> for Unwritable {
    fn handle(meter: &mut Root<Self>, count: &CountUnwritable) -> Result<usize, Infallible> {
        meter.emit(Counted { n: count.n });
        Ok(meter.counts.len())
    }
}

/// A state that comes back from a snapshot as another: somebody wrote its serialisation by hand.
#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "meter", id = u64, events(Counted), snapshot(every = 1))]
pub(crate) struct Forgetful {
    #[serde(serialize_with = "zero")]
    pub(crate) total: u64,
}

fn zero<S: serde::Serializer>(_: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(0)
}

impl Apply<Counted> for Forgetful {
    fn apply(&mut self, event: Counted, _: &Meta<'_>) {
        self.total += event.n;
    }
}

#[derive(Command)]
#[command(aggregate = Forgetful, returns = u64)]
pub(crate) struct CountForgetful {
    #[command(id)]
    pub(crate) meter: u64,
}

impl Handle<CountForgetful> for Forgetful {
    fn handle(meter: &mut Root<Self>, _: &CountForgetful) -> Result<u64, Infallible> {
        meter.emit(Counted { n: 1 });
        Ok(meter.total)
    }
}

/// Stores so many events at once, of one each.
pub(crate) async fn fill(app: &Pericarp<impl Store>, meter: u64, events: u64) {
    let mut root = match app.load::<Plain>(&meter).await.unwrap() {
        Some(root) => root,
        None => Root::<Plain>::empty(meter),
    };
    for _ in 0..events {
        root.emit(Counted { n: 1 });
    }
    app.repository().save(&mut root).await.unwrap();
}

/// What all events come to.
pub(crate) async fn total(app: &Pericarp<impl Store>, meter: u64) -> (u64, Version) {
    let root = app.load::<Plain>(&meter).await.unwrap().unwrap();
    (root.total, Root::version(&root))
}
