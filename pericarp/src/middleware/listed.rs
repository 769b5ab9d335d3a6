use std::future::Future;

use super::Chain;
use crate::{Handler, Outcome, Payload, Request};

/// What a request lists, before a handler.
pub(crate) struct Listed<'p, P, H> {
    pub(crate) parts: &'p P,
    pub(crate) handler: &'p H,
}

impl<R, P, H> Handler<R> for Listed<'_, P, H>
where
    R: Request<Chain: Chain<R, P>>,
    P: Sync,
    H: Handler<R>,
{
    #[inline]
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
        R::Chain::pass(payload, self.parts, self.handler)
    }
}
