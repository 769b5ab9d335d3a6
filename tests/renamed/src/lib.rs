//! The derives in a crate that knows pericarp under another name, and through a re-export.

use evt::middleware::Timeout;
use evt::{Aggregate, Answer, Apply, Command, Create, Event, Handle, Meta, Query, Root, Shape};
use serde::{Deserialize, Serialize};

/// The framework, as a facade crate would pass it on.
pub mod facade {
    pub use evt as events;
}

/// A counter was made.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "counter.made", crate = evt)]
pub struct Made;

/// Something was added.
#[derive(Event, Serialize, Deserialize)]
#[event(
    name = "counter.added",
    version = 2,
    upcast(1 => AddedV1<T>),
    split_from("counter.moved", 1 => AddedV1<T>),
    crate = ::evt
)]
pub struct Added<T>(pub T);

/// How much.
#[derive(Shape, Serialize, Deserialize)]
#[shape(crate = facade::events)]
pub struct Amount(u64);

/// Something was taken away.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "counter.taken", crate = ::evt)]
pub struct Taken(pub Amount);

/// Something was added, as it was stored once.
#[derive(Deserialize)]
pub struct AddedV1<T> {
    n: T,
}

impl<T> From<AddedV1<T>> for Added<T> {
    fn from(old: AddedV1<T>) -> Self {
        Self(old.n)
    }
}

impl<T> From<AddedV1<T>> for Option<Added<T>> {
    fn from(old: AddedV1<T>) -> Self {
        Some(Added(old.n))
    }
}

/// What else happened.
#[derive(Event, Serialize, Deserialize)]
#[event(crate = crate::facade::events, dropped("counter.read"))]
pub enum Other {
    /// It was reset.
    #[event(name = "counter.reset", version = 2, upcast(1 => ResetV1))]
    Reset,
}

/// It was reset, as it was stored once.
#[derive(Deserialize)]
pub struct ResetV1 {}

impl From<ResetV1> for Other {
    fn from(_: ResetV1) -> Self {
        Self::Reset
    }
}

/// A counter.
#[derive(Aggregate)]
#[aggregate(
    category = "counter",
    id = u64,
    created_by(Made),
    events(Added<u64>, Other),
    enum_name = CounterFact,
    dropped("counter.shown"),
    unknown = skip,
    crate = facade::events
)]
pub struct Counter {
    /// The sum.
    pub total: u64,
}

impl Create<Made> for Counter {
    fn create(_: Made, _: &Meta<'_>) -> Self {
        Self { total: 0 }
    }
}

impl Apply<Added<u64>> for Counter {
    fn apply(&mut self, event: Added<u64>, _: &Meta<'_>) {
        self.total += event.0;
    }
}

impl Apply<Other> for Counter {
    fn apply(&mut self, Other::Reset: Other, _: &Meta<'_>) {
        self.total = 0;
    }
}

/// A switch.
#[derive(Aggregate, Default)]
#[aggregate(category = "switch", id = u64, event = Other, crate = ::evt)]
pub struct Switch;

impl Apply<Other> for Switch {
    fn apply(&mut self, _: Other, _: &Meta<'_>) {}
}

/// Adds to a counter.
#[derive(Command)]
#[command(
    aggregate = Counter,
    returns = u64,
    middleware(Timeout::secs(1), Timeout::secs(2)),
    crate = evt
)]
pub struct Add {
    /// Which.
    #[command(id)]
    pub counter: u64,
    /// How much.
    pub n: u64,
}

impl Handle<Add> for Counter {
    fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, Self::Error> {
        counter.emit(Added(add.n));
        Ok(counter.total)
    }
}

/// What the counters come to.
pub struct Totals(pub u64);

/// Asks for it.
#[derive(Query)]
#[query(
    on = Totals,
    returns = u64,
    middleware(evt::middleware::Timeout::secs(1)),
    crate = facade::events
)]
pub struct Total;

impl Answer<Total> for Totals {
    async fn answer(&self, _: &Total) -> Result<u64, std::convert::Infallible> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derives_find_the_renamed_crate() {
        let mut counter = Root::new(1, Counter { total: 1 }, evt::Version::FIRST);
        let answer = Add { counter: 1, n: 2 }.handle_listed(&mut counter);
        assert_eq!(answer, Ok(3));
        assert_eq!(CounterFact::from(Other::Reset).kind().name, "counter.reset");
        assert_eq!(Switch::CATEGORY, "switch");
        assert_eq!(<Total as evt::Request>::NAME, "Total");
        let schema = evt::schema![Counter, Switch, Taken];
        assert!(schema.to_string().contains("  type Amount = u64\n"));
    }
}
