use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{RequestFailed, RouteError};
use crate::{Handler, Payload, Request, RequestKind, Response};

/// A type of request, of which only the name is known.
pub(super) trait Route<H>: Send + Sync {
    fn kind(&self) -> RequestKind;

    fn handle<'h>(
        &self,
        name: &'h str,
        payload: Payload<&[u8]>,
        handler: &'h H,
    ) -> Result<Handling<'h>, RouteError>;
}

pub(super) type Handling<'h> =
    Pin<Box<dyn Future<Output = Result<Response<String>, RouteError>> + Send + 'h>>;

/// The one for `R`.
pub(super) struct To<R>(PhantomData<fn() -> R>);

impl<R> To<R> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R, H> Route<H> for To<R>
where
    R: Request<Answer: Serialize> + DeserializeOwned + 'static,
    H: Handler<R>,
{
    fn kind(&self) -> RequestKind {
        R::KIND
    }

    fn handle<'h>(
        &self,
        name: &'h str,
        payload: Payload<&[u8]>,
        handler: &'h H,
    ) -> Result<Handling<'h>, RouteError> {
        let request = parse::<R>(payload.request).map_err(|source| {
            let name = name.to_owned();
            RouteError::Body { name, source }
        })?;
        let mut payload = payload.map(|_| request);
        Ok(Box::pin(async move {
            let response = handler.handle(&mut payload).await;
            let Response { answer, committed } = response.map_err(RequestFailed::new)?;
            match serde_json::to_string(&answer) {
                Ok(answer) => Ok(Response { answer, committed }),
                Err(source) => {
                    let name = name.to_owned();
                    Err(RouteError::Encode { name, source })
                }
            }
        }))
    }
}

/// Nothing is what a request without fields is written as.
fn parse<R: DeserializeOwned>(json: &[u8]) -> serde_json::Result<R> {
    let json = if json.trim_ascii().is_empty() {
        b"null"
    } else {
        json
    };
    serde_json::from_slice(json)
}
