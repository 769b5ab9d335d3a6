use std::pin::pin;
use std::sync::Arc;

use super::builder::Subscribed;
use super::{DispatchError, DispatchErrors, Dispatcher, HandlerFault};
use crate::store::StoreFault;
use crate::unwound::{panic_message, unwound};
use crate::{Dispatch, Page, RecordedEvent};

impl Dispatcher {
    /// Tells everybody who has subscribed to them about these events, in order.
    ///
    /// Giving up in between leaves the rest untold.
    ///
    /// # Errors
    /// [`DispatchErrors`], once all have been told.
    pub async fn deliver(&self, events: &Page) -> Result<(), DispatchErrors> {
        let mut errors = DispatchErrors::default();
        for event in events.events() {
            for &handler in &*self.table.wanted(event.event_type) {
                errors.tell(&self.handlers[handler], &event).await;
            }
        }
        errors.into_result()
    }

    /// Tells the handlers that failed about the events they failed on once more, and nobody else.
    ///
    /// # Errors
    /// [`DispatchErrors`] of those that failed again.
    pub async fn retry(&self, failed: &DispatchErrors) -> Result<(), DispatchErrors> {
        let mut errors = DispatchErrors::default();
        for error in &failed.errors {
            let Some(event) = failed.events.get(error.kept) else {
                continue;
            };
            let mut handlers = self.handlers.iter();
            match handlers.find(|handler| handler.name == error.handler) {
                Some(handler) => errors.tell(handler, &event).await,
                None => errors.note(&error.handler, &event, HandlerFault::NotSubscribed),
            }
        }
        errors.into_result()
    }
}

impl Dispatch for Dispatcher {
    async fn dispatch(&self, events: &Page) -> Result<(), StoreFault> {
        Ok(self.deliver(events).await?)
    }
}

impl DispatchErrors {
    /// Tells a handler about an event, and notes what goes wrong.
    async fn tell(&mut self, handler: &Subscribed, event: &RecordedEvent<'_>) {
        // A handler may also panic before there is a future.
        let told = pin!(Some(async { handler.handler.receive(*event).await }));
        match unwound(told).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => self.note(&handler.name, event, fault),
            Err(panic) => {
                let message = panic_message(panic);
                self.note(&handler.name, event, HandlerFault::Panicked { message });
            }
        }
    }

    fn note(&mut self, handler: &Arc<str>, event: &RecordedEvent<'_>, source: HandlerFault) {
        if self.events.last().map(|last| last.id) != Some(event.id) {
            self.events.push_beyond_limit(event);
        }
        self.errors.push(DispatchError {
            handler: handler.clone(),
            event_id: event.id,
            event_type: event.event_type.to_owned(),
            position: event.position,
            source,
            kept: self.events.len() - 1,
        });
    }

    fn into_result(self) -> Result<(), Self> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }
}
