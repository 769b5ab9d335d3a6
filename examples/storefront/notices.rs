//! Who is told of an order right after it is placed: persist, then dispatch.
//!
//! What must not be missed even if the process ends between the two has to follow the log, as the
//! read models do.

use pericarp::dispatcher::{Dispatcher, SubscribeError};
use pericarp::metrics::{Counter, Description, RegisterError, Registry};
use pericarp::workers::Workers;

use crate::shop::Placed;

const CONFIRMED: Description = Description::counter(
    "storefront_confirmations_total",
    "Orders that were confirmed.",
);

/// Confirms orders.
#[derive(Clone)]
pub(crate) struct Notices {
    workers: Workers,
    confirmed: Counter,
}

impl Notices {
    pub(crate) fn new(workers: Workers, registry: &Registry) -> Result<Self, RegisterError> {
        let confirmed = registry.counter(&CONFIRMED)?.with([]).clone();
        Ok(Self { workers, confirmed })
    }

    // ANCHOR: notices
    /// Each customer's confirmations are sent one after another, and nobody waits for them.
    pub(crate) fn dispatcher(self) -> Result<Dispatcher, SubscribeError> {
        let confirm = move |placed: Placed, record: &pericarp::RecordedEvent<'_>| {
            let (this, order) = (self.clone(), record.key().to_owned());
            async move {
                let (workers, customer) = (this.workers.clone(), placed.customer.clone());
                let job = async move { this.confirm(&order, &placed) };
                workers.run(&customer, job).await?;
                Ok(())
            }
        };
        Dispatcher::builder().on("confirmation", confirm).build()
    }
    // ANCHOR_END: notices

    /// A real shop would send a letter here.
    fn confirm(&self, order: &str, placed: &Placed) {
        tracing::debug!(
            order,
            customer = placed.customer,
            cents = placed.cents,
            "confirmed"
        );
        self.confirmed.increment();
    }
}
