use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::route::{Route, To};
use super::{DuplicateRoute, RouteError};
use crate::nearest::nearest;
use crate::{Command, Handler, Payload, Query, Request, RequestKind, Response};

/// Commands and queries by name, for an edge that receives JSON.
///
/// The handler is an application, or anything else that handles them. Inside, a request is what
/// it is everywhere: its types are checked as it is added, and only its name is looked up. A name
/// is that of the type, unless another is given; whoever sends requests depends on it.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::routes::Routes;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Payload, Pericarp, Principal, Provide};
/// use serde::Deserialize;
/// # struct Views;
/// # impl Provide<Views> for Views { fn provide(&self) -> &Views { self } }
/// # impl Answer<OrdersOf> for Views {
/// #     async fn answer(&self, query: &OrdersOf) -> Result<Vec<u64>, std::convert::Infallible> {
/// #         Ok(vec![query.customer, 7])
/// #     }
/// # }
///
/// #[derive(Query, Deserialize)]
/// #[query(on = Views, returns = Vec<u64>)]
/// struct OrdersOf { customer: u64 }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
/// let routes = Routes::new(app).query::<OrdersOf>()?;
///
/// let body = Payload::new(r#"{"customer":3}"#).by(Principal::new("ann"));
/// let response = routes.handle("OrdersOf", body).await?;
/// assert_eq!(response.answer, "[3,7]");
///
/// let unknown = routes.handle("OrderOf", Payload::new("{}")).await;
/// let text = unknown.err().map(|error| error.to_string());
/// assert_eq!(text.as_deref(), Some("there is no route OrderOf; did you mean OrdersOf?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Routes<H> {
    handler: H,
    routes: BTreeMap<Cow<'static, str>, Box<dyn Route<H>>>,
}

impl<H> Routes<H> {
    /// No route yet.
    pub const fn new(handler: H) -> Self {
        let routes = BTreeMap::new();
        Self { handler, routes }
    }

    /// Adds a command under the name of its type.
    ///
    /// # Errors
    /// [`DuplicateRoute`] if there is one of this name.
    pub fn command<C>(self) -> Result<Self, DuplicateRoute>
    where
        C: Command<Returns: Serialize> + Send + DeserializeOwned + 'static,
        H: Handler<C>,
    {
        self.command_as::<C>(<C as Request>::NAME)
    }

    /// Adds a command under a name.
    ///
    /// # Errors
    /// [`DuplicateRoute`] if there is one of this name.
    pub fn command_as<C>(self, name: impl Into<Cow<'static, str>>) -> Result<Self, DuplicateRoute>
    where
        C: Command<Returns: Serialize> + Send + DeserializeOwned + 'static,
        H: Handler<C>,
    {
        self.route(name.into(), Box::new(To::<C>::new()))
    }

    /// Adds a query under the name of its type.
    ///
    /// # Errors
    /// [`DuplicateRoute`] if there is one of this name.
    pub fn query<Q>(self) -> Result<Self, DuplicateRoute>
    where
        Q: Query + Request<Answer: Serialize> + DeserializeOwned + 'static,
        H: Handler<Q>,
    {
        self.query_as::<Q>(Q::NAME)
    }

    /// Adds a query under a name.
    ///
    /// # Errors
    /// [`DuplicateRoute`] if there is one of this name.
    pub fn query_as<Q>(self, name: impl Into<Cow<'static, str>>) -> Result<Self, DuplicateRoute>
    where
        Q: Query + Request<Answer: Serialize> + DeserializeOwned + 'static,
        H: Handler<Q>,
    {
        self.route(name.into(), Box::new(To::<Q>::new()))
    }

    fn route(
        mut self,
        name: Cow<'static, str>,
        route: Box<dyn Route<H>>,
    ) -> Result<Self, DuplicateRoute> {
        match self.routes.entry(name) {
            Entry::Occupied(taken) => Err(DuplicateRoute {
                name: taken.key().to_string(),
            }),
            Entry::Vacant(free) => {
                free.insert(route);
                Ok(self)
            }
        }
    }

    /// Every name, in alphabetical order, and what it is.
    pub fn names(&self) -> impl Iterator<Item = (&str, RequestKind)> {
        let routes = self.routes.iter();
        routes.map(|(name, route)| (name.as_ref(), route.kind()))
    }

    /// Whether a name is a command's or a query's: an edge may let some methods through to queries
    /// alone.
    pub fn kind(&self, name: &str) -> Option<RequestKind> {
        self.routes.get(name).map(|route| route.kind())
    }

    /// Handles the request of a name, written as JSON, with what it comes with. The answer is JSON
    /// too.
    ///
    /// No text at all stands for `null`, which a request without fields is written as.
    ///
    /// # Errors
    /// [`RouteError`]; it holds the request's own error if that failed itself.
    pub async fn handle(
        &self,
        name: &str,
        payload: Payload<impl AsRef<[u8]>>,
    ) -> Result<Response<String>, RouteError> {
        let Some((name, route)) = self.routes.get_key_value(name) else {
            return Err(self.unknown(name));
        };
        // Read before anything waits, so that what holds the text need not be sent on.
        let handling = {
            let mut body = None;
            let slot = &mut body;
            let payload = payload.map(move |request| {
                let body: &_ = slot.insert(request);
                body.as_ref()
            });
            route.handle(name, payload, &self.handler)?
        };
        handling.await
    }

    #[cold]
    fn unknown(&self, name: &str) -> RouteError {
        let nearest = nearest(name, self.routes.keys().map(AsRef::as_ref));
        RouteError::Unknown {
            name: name.to_owned(),
            nearest: nearest.map(str::to_owned),
        }
    }
}

impl<H> fmt::Debug for Routes<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.names()).finish()
    }
}
