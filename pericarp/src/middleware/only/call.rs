use crate::middleware::authorise::Denied;
use crate::middleware::{AUTHORISATION, Middleware};
use crate::{Handler, Outcome, Payload, Request};

/// Lets only those through who have a role: others get [`Denied`].
///
/// Who asks is the payload's [`principal`](Payload::principal). If nobody is named, the request ends
/// with `request.unauthenticated`; if somebody without the role is, with `request.forbidden`. What
/// takes more than a role to decide is for [`Authorise`](crate::middleware::Authorise).
///
/// ```
/// use pericarp::middleware::Only;
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Payload, Pericarp, Principal};
/// # use pericarp::Provide;
/// # struct Views;
/// # impl Provide<Views> for Views { fn provide(&self) -> &Views { self } }
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Only("clerk")))]
/// struct OpenOrders;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
/// let by = |who: Principal| app.ask_payload(Payload::new(OpenOrders).by(who));
/// assert_eq!(by(Principal::new("ann").with_role("clerk")).await?.answer, 3);
/// let denied = by(Principal::new("bo")).await;
/// assert_eq!(denied.err().map(|error| error.code()), Some("request.forbidden"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Only(
    /// The role.
    pub &'static str,
);

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Only {
    type Needs = ();

    const ROLE: &'static str = AUTHORISATION;

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        match &payload.principal {
            Some(principal) if principal.has_role(self.0) => next.handle(payload).await,
            Some(_) => Err(self.forbidden().stopped().into()),
            None => Err(Denied::Unauthenticated.stopped().into()),
        }
    }
}

impl Only {
    #[cold]
    fn forbidden(self) -> Denied {
        Denied::forbidden(format!("it takes the role {}", self.0))
    }
}
