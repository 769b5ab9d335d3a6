use super::{Permits, TooMany};
use crate::middleware::Middleware;
use crate::{Handler, Outcome, Payload, Request, Stopped};

/// Lets so many requests through at once: others wait for their turn, and when as many wait as may,
/// the next ends at once with [`TooMany`], which is [transient](crate::Failure::is_transient).
///
/// Listed by a request it limits that type of request; as a layer it limits all of an
/// application's. A request that is dropped gives its place to the next.
///
/// ```
/// use pericarp::middleware::{Limit, Permits};
/// use pericarp::prelude::*;
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
/// # impl Answer<OldOrders> for Views {
/// #     async fn answer(&self, _: &OldOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// /// Eight at once, and 32 who wait.
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Limit::queued(8, 32)))]
/// struct OpenOrders;
///
/// static ARCHIVE: Permits = Permits::new(2, 0);
///
/// /// Two at once, together with all else that reads the archive.
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Limit::shared(&ARCHIVE)))]
/// struct OldOrders;
/// ```
#[derive(Debug)]
pub struct Limit {
    permits: Held,
}

#[derive(Debug)]
enum Held {
    Own(Permits),
    Shared(&'static Permits),
}

impl Limit {
    /// So many at once, and nobody waits. 0 counts as 1.
    pub const fn at_once(at_once: usize) -> Self {
        Self::queued(at_once, 0)
    }

    /// So many at once, and so many who wait.
    pub const fn queued(at_once: usize, waiting: usize) -> Self {
        Self {
            permits: Held::Own(Permits::new(at_once, waiting)),
        }
    }

    /// As many as there are permits, shared with all who name the same.
    pub const fn shared(permits: &'static Permits) -> Self {
        Self {
            permits: Held::Shared(permits),
        }
    }

    const fn permits(&self) -> &Permits {
        match &self.permits {
            Held::Own(permits) => permits,
            Held::Shared(permits) => permits,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Limit {
    type Needs = ();

    const ROLE: &'static str = "limit";

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        match self.permits().acquire().await {
            Ok(_permit) => next.handle(payload).await,
            Err(too_many) => Err(stopped(too_many).into()),
        }
    }
}

#[cold]
fn stopped(too_many: TooMany) -> Stopped {
    Stopped::new(too_many.code(), too_many).transient()
}
