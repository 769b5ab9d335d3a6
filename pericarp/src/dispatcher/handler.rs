use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use super::HandlerFault;
use crate::store::StoreFault;
use crate::{DecodeEvent, RecordedEvent};

/// A handler of any type.
pub(super) trait Receive: Send + Sync {
    fn receive<'a>(&'a self, event: RecordedEvent<'a>) -> Receiving<'a>;
}

pub(super) type Receiving<'a> = Pin<Box<dyn Future<Output = Result<(), HandlerFault>> + Send + 'a>>;

/// Gets events as they are stored.
pub(super) struct Stored<F, W>(F, PhantomData<fn() -> W>);

impl<F, W> Stored<F, W> {
    pub(super) const fn new(handle: F) -> Self {
        Self(handle, PhantomData)
    }
}

impl<F, W> Receive for Stored<F, W>
where
    F: Fn(&RecordedEvent<'_>) -> W + Send + Sync,
    W: Future<Output = Result<(), StoreFault>> + Send,
{
    fn receive<'a>(&'a self, event: RecordedEvent<'a>) -> Receiving<'a> {
        Box::pin(async move { self.0(&event).await.map_err(HandlerFault::Failed) })
    }
}

/// Gets events decoded to `E`.
pub(super) struct Typed<E, F, W>(F, PhantomData<fn(E) -> W>);

impl<E, F, W> Typed<E, F, W> {
    pub(super) const fn new(handle: F) -> Self {
        Self(handle, PhantomData)
    }
}

impl<E, F, W> Receive for Typed<E, F, W>
where
    E: for<'de> DecodeEvent<'de> + Send,
    F: Fn(E, &RecordedEvent<'_>) -> W + Send + Sync,
    W: Future<Output = Result<(), StoreFault>> + Send,
{
    fn receive<'a>(&'a self, record: RecordedEvent<'a>) -> Receiving<'a> {
        Box::pin(async move {
            for event in E::decode(&record).map_err(HandlerFault::Decode)? {
                self.0(event, &record).await.map_err(HandlerFault::Failed)?;
            }
            Ok(())
        })
    }
}
