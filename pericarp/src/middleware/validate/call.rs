use super::Invalid;
use crate::middleware::{AUTHORISATION, Middleware};
use crate::{Handler, Outcome, Payload, Request, Stopped};

/// Lets only those requests through that are right in themselves, as
/// [`garde`](https://docs.rs/garde) finds: others get [`Invalid`], with every fault at once.
///
/// The context of the rules, if they have one, the application provides. What is right only in the
/// light of what is stored is for the aggregate to decide.
///
/// It must be inside of what decides who may ask.
///
/// ```
/// use pericarp::middleware::{Invalid, Validate};
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{AskError, Pericarp, Provide};
/// # struct Views;
/// # impl Provide<Views> for Views { fn provide(&self) -> &Views { self } }
/// # impl Answer<OrdersOf> for Views {
/// #     async fn answer(&self, _: &OrdersOf) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query, garde::Validate)]
/// #[query(on = Views, returns = u64, middleware(Validate))]
/// struct OrdersOf {
///     #[garde(length(min = 1, max = 20))]
///     customer: String,
///     #[garde(range(min = 1))]
///     page: u32,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
/// let Err(AskError::Stopped(stopped)) = app.ask(OrdersOf { customer: "".into(), page: 0 }).await else {
///     return Err("it is wrong in two ways".into());
/// };
/// let faults = stopped.reason::<Invalid>().map(|invalid| invalid.faults.as_slice());
/// let paths: Vec<_> = faults.into_iter().flatten().map(|fault| fault.path.as_str()).collect();
/// assert_eq!(paths, ["customer", "page"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validate;

#[diagnostic::do_not_recommend]
impl<R: Request + garde::Validate<Context: Sync>> Middleware<R> for Validate {
    type Needs = R::Context;

    const ROLE: &'static str = "validation";
    const INSIDE_OF: &'static [&'static str] = &[AUTHORISATION];

    async fn call(
        &self,
        payload: &mut Payload<R>,
        context: &R::Context,
        next: &impl Handler<R>,
    ) -> Outcome<R> {
        match payload.request.validate_with(context) {
            Ok(()) => next.handle(payload).await,
            Err(report) => {
                let invalid = Invalid::from(report);
                Err(Stopped::new(invalid.code(), invalid).refusal().into())
            }
        }
    }
}
