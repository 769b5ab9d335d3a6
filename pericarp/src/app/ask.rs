use super::Pericarp;
use crate::middleware::{Chain, Layers};
use crate::store::Store;
use crate::{AskError, Handler, Outcome, Payload, Provide, Query, Response};

impl<S: Store, P: Send + Sync, L> Pericarp<S, P, L> {
    /// Asks a query of the read model it is for, which the application's parts provide. It passes
    /// through the layers of the application and the middlewares that it lists.
    ///
    /// # Errors
    /// [`AskError`]; it holds the query's own error if the read model has no answer.
    pub async fn ask<Q>(&self, query: Q) -> Result<Q::Answer, AskError<Q::Fault>>
    where
        Q: Query,
        Q::Chain: Chain<Q, P>,
        L: Layers<Q, P>,
        P: Provide<Q::On>,
    {
        Ok(self.ask_payload(Payload::new(query)).await?.answer)
    }

    /// Asks a query that comes with metadata, or from somebody.
    ///
    /// # Errors
    /// [`AskError`], as [`Pericarp::ask`].
    pub async fn ask_payload<Q>(&self, mut payload: Payload<Q>) -> Outcome<Q>
    where
        Q: Query,
        Q::Chain: Chain<Q, P>,
        L: Layers<Q, P>,
        P: Provide<Q::On>,
    {
        let on = Asked(self.parts().provide());
        self.pass(&mut payload, &on).await
    }
}

/// What a query is asked of.
pub(super) struct Asked<'p, V>(pub(super) &'p V);

impl<Q: Query> Handler<Q> for Asked<'_, Q::On> {
    async fn handle(&self, payload: &mut Payload<Q>) -> Outcome<Q> {
        let answer = payload.request.answer_listed(self.0).await;
        answer.map(Response::new).map_err(AskError::Failed)
    }
}
