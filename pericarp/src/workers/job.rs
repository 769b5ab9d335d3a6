use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::counts::Counts;
use super::within::Lane;
use super::{JobError, Ticket};
use crate::unwound::{panic_message, quietly, unwound};

/// A job on its way; it gives its result to its ticket itself.
pub(super) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(super) fn job<T, F>(work: F, counts: &Arc<Counts>, lane: Lane) -> (Job, Ticket<T>)
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let (answer, ticket) = oneshot::channel();
    let counts = counts.clone();
    let job = async move {
        let result = unwound(pin!(Some(work))).await;
        match &result {
            Ok(_) => counts.completed.one_more(),
            Err(_) => counts.panicked.one_more(),
        }
        let result = result.map_err(|panic| JobError::Panicked {
            message: panic_message(panic),
        });
        // Nobody may want to know.
        let unwanted = answer.send(result);
        quietly(|| drop(unwanted));
    };
    (Box::pin(job), Ticket::new(ticket, lane))
}
