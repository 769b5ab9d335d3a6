//! What is deprecated.

use ::pericarp::{Answer, Apply, Event, Meta, Shape};
use ::serde::{Deserialize, Serialize};

use crate::forbidding::{Account, Ask, Marked};

pub use ::pericarp::middleware::Timeout;

/// What tells accounts apart.
pub type Id = u64;

/// An answer.
pub type Told = u64;

/// A refusal.
pub type Refused = ::core::convert::Infallible;

/// Much larger than the others.
#[derive(Clone, Copy, Debug, Event, Serialize, Deserialize)]
#[event(name = "forbidding.widened")]
pub struct Wide {
    /// Much.
    pub much: [Much; 32],
}

/// Much of it.
#[derive(Clone, Copy, Debug, Default, Shape, Serialize, Deserialize)]
pub struct Much(pub u64);

/// Nothing.
#[derive(Clone, Copy, Debug, Event)]
#[event(name = "forbidding.gone")]
pub struct Gone;

/// Seen in this crate alone.
#[derive(Debug, Event, Serialize, Deserialize)]
pub(crate) enum Private {
    #[event(name = "forbidding.hidden")]
    Hidden {
        /// Old.
        cents: u64,
    },
}

impl Apply<Wide> for Account {
    fn apply(&mut self, event: Wide, _: &Meta<'_>) {
        self.cents = ::core::iter::Iterator::sum(::core::iter::Iterator::map(
            ::core::iter::IntoIterator::into_iter(event.much),
            |much| much.0,
        ));
    }
}

impl Apply<Gone> for Account {
    fn apply(&mut self, _: Gone, _: &Meta<'_>) {
        self.cents = 0;
    }
}

impl Apply<Private> for Account {
    fn apply(&mut self, event: Private, _: &Meta<'_>) {
        let Private::Hidden { cents } = event;
        self.cents = cents;
    }
}

impl Apply<Marked> for Account {
    fn apply(&mut self, _: Marked, _: &Meta<'_>) {
        self.cents += 1;
    }
}

/// Answers.
#[derive(Debug)]
pub struct View(pub Told);

impl Answer<Ask> for View {
    async fn answer(&self, _: &Ask) -> ::core::result::Result<Told, Refused> {
        ::core::result::Result::Ok(self.0)
    }
}

/// What was marked once.
#[derive(Debug, Deserialize)]
pub struct Mark(u8);

impl ::core::convert::From<Mark> for Marked {
    fn from(old: Mark) -> Self {
        let _ = old.0;
        Self
    }
}
