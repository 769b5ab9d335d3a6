use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::handler::{Receive, Stored, Typed};
use super::table::Table;
use super::{Pattern, SubscribeError};
use crate::store::StoreFault;
use crate::{DecodeEvent, RecordedEvent};

/// Tells those who have subscribed about events that are stored: by their type, or by patterns of
/// their stored names.
///
/// Events are told one after another, and of each its handlers, in the order in which they
/// subscribed. Each handler gets an event once, however many of its patterns match. One that fails
/// or panics keeps no other from an event, nor itself from the next: what went wrong is
/// [collected](super::DispatchErrors), and can be [tried again](Self::retry) by itself.
///
/// It is a [`Dispatch`](crate::Dispatch) for units of work. What must never be missed, even if the
/// process ends between the commit and the handler, has to follow the log behind a cursor instead.
///
/// ```
/// use pericarp::dispatcher::Dispatcher;
/// use pericarp::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "order.placed")]
/// struct OrderPlaced { by: String }
///
/// let dispatcher = Dispatcher::builder()
///     .on("mail", |placed: OrderPlaced, _| async move {
///         println!("thank you, {}", placed.by);
///         Ok(())
///     })
///     .on_patterns("audit", ["user.*", "*.placed"], |event| {
///         let line = format!("{} at {}", event.event_type, event.position);
///         async move {
///             println!("{line}");
///             Ok(())
///         }
///     })
///     .build()?;
/// # let _ = dispatcher;
/// # Ok::<(), pericarp::dispatcher::SubscribeError>(())
/// ```
pub struct Dispatcher {
    pub(super) handlers: Vec<Subscribed>,
    pub(super) table: Table,
}

pub(super) struct Subscribed {
    pub(super) name: Arc<str>,
    pub(super) handler: Box<dyn Receive>,
}

/// Subscribes handlers.
#[must_use = "it is `build` that makes a dispatcher"]
pub struct DispatcherBuilder {
    dispatcher: Dispatcher,
    error: Option<SubscribeError>,
}

impl Dispatcher {
    /// Nobody has subscribed yet.
    pub fn builder() -> DispatcherBuilder {
        DispatcherBuilder {
            dispatcher: Self {
                handlers: Vec::new(),
                table: Table::default(),
            },
            error: None,
        }
    }
}

impl DispatcherBuilder {
    /// Subscribes a handler to all events that are an `E` today, whatever they were stored as:
    /// under its name, an alias, or the name of an event that has been split, of which it gets its
    /// part. Errors call it by `name`.
    ///
    /// The handler gets the event and its record. What it needs of the record it must copy before
    /// its future begins. An event that borrows is for [`on_patterns`](Self::on_patterns), to be
    /// decoded there.
    pub fn on<E, F, W>(self, name: &str, handler: F) -> Self
    where
        E: for<'de> DecodeEvent<'de> + Send + 'static,
        F: Fn(E, &RecordedEvent<'_>) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), StoreFault>> + Send + 'static,
    {
        let mut this = self.subscribe(name, Typed::new(handler));
        let number = this.last();
        for kind in E::KINDS {
            let splits = kind.splits.iter().map(|split| split.name);
            for name in splits
                .chain(kind.aliases.iter().copied())
                .chain([kind.name])
            {
                this.dispatcher.table.want_name(name, number);
            }
        }
        this
    }

    /// Subscribes a handler to all events whose stored name is meant by one of these
    /// [patterns](Pattern). Errors call it by `name`.
    pub fn on_patterns<'p, F, W>(
        self,
        name: &str,
        patterns: impl IntoIterator<Item = &'p str>,
        handler: F,
    ) -> Self
    where
        F: Fn(&RecordedEvent<'_>) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), StoreFault>> + Send + 'static,
    {
        let mut this = self.subscribe(name, Stored::new(handler));
        let number = this.last();
        for pattern in patterns {
            match pattern.parse::<Pattern>() {
                Ok(pattern) => this.dispatcher.table.want(pattern, number),
                Err(source) => {
                    let handler = name.to_owned();
                    let error = SubscribeError::Pattern { handler, source };
                    this.error.get_or_insert(error);
                }
            }
        }
        this
    }

    /// The dispatcher.
    ///
    /// # Errors
    /// [`SubscribeError`], the first there was.
    pub fn build(self) -> Result<Dispatcher, SubscribeError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.dispatcher),
        }
    }

    fn subscribe(mut self, name: &str, handler: impl Receive + 'static) -> Self {
        let handlers = &mut self.dispatcher.handlers;
        if handlers.iter().any(|other| *other.name == *name) {
            let handler = name.to_owned();
            self.error
                .get_or_insert(SubscribeError::SameName { handler });
        }
        handlers.push(Subscribed {
            name: name.into(),
            handler: Box::new(handler),
        });
        self
    }

    const fn last(&self) -> usize {
        self.dispatcher.handlers.len() - 1
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.handlers.iter().map(|handler| &handler.name);
        f.debug_list().entries(names).finish()
    }
}

impl fmt::Debug for DispatcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatcherBuilder")
            .field("dispatcher", &self.dispatcher)
            .field("error", &self.error)
            .finish()
    }
}
