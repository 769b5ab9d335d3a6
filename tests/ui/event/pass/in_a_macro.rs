//! The tokens of the item come out of a `macro_rules!` macro.
#![deny(warnings)]

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! counter {
    ($aggregate:ident, $event:ident, $listed:ty, $command:ident, $field:ident, $id:ty, $name:literal) => {
        #[derive(Event, Serialize, Deserialize)]
        #[event(name = $name)]
        pub struct $event {
            pub n: u64,
        }

        #[derive(Aggregate, Default)]
        #[aggregate(category = "counter", id = $id, events($listed))]
        pub struct $aggregate {
            pub total: u64,
        }

        impl Apply<$listed> for $aggregate {
            fn apply(&mut self, event: $listed, _: &Meta<'_>) {
                self.total += event.n;
            }
        }

        #[derive(Command)]
        #[command(aggregate = $aggregate)]
        pub struct $command {
            #[command(id)]
            pub $field: $id,
        }

        impl Handle<$command> for $aggregate {
            fn handle(root: &mut Root<Self>, _: &$command) -> Result<(), Self::Error> {
                root.emit($event { n: 1 });
                Ok(())
            }
        }
    };
}

counter!(Counter, Added, Added, Add, counter, u64, "counter.added");

fn main() {
    let mut counter = Root::<Counter>::empty(1);
    let _ = Add { counter: 1 }.handle_listed(&mut counter);
    assert_eq!(counter.total, 1);
}
