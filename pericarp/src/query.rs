use std::error::Error;
use std::future::Future;

use crate::{AskError, Request};

/// A question that changes nothing, asked of a read model.
///
/// Derive it: `#[derive(Query)] #[query(on = Balances, returns = i64)]`; then write [`Answer`] on
/// what it is asked of.
#[diagnostic::on_unimplemented(
    message = "derive `Query` for `{Self}`, which is not a query, or leave out what is for queries alone",
    label = "not a query",
    note = "write `#[derive(Query)] #[query(on = .., returns = ..)]`"
)]
pub trait Query: Request<Error = AskError<<Self as Query>::Fault>> {
    /// What it is asked of.
    type On: Send + Sync;

    /// Why that may have no answer.
    type Fault: Error + Send + Sync + 'static;

    #[doc(hidden)]
    fn answer_listed(
        &self,
        on: &Self::On,
    ) -> impl Future<Output = Result<Self::Answer, Self::Fault>> + Send;
}

/// How a read model answers a query.
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
///
/// use pericarp::prelude::*;
///
/// struct Balances(HashMap<u64, i64>);
///
/// #[derive(Query)]
/// #[query(on = Balances, returns = Option<i64>)]
/// struct BalanceOf { account: u64 }
///
/// impl Answer<BalanceOf> for Balances {
///     async fn answer(&self, query: &BalanceOf) -> Result<Option<i64>, Infallible> {
///         Ok(self.0.get(&query.account).copied())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "write `impl Answer<{Q}> for {Self}`, which answers the query",
    label = "no `Answer<{Q}>` for `{Self}`",
    note = "write `impl Answer<{Q}> for {Self} {{ async fn answer(&self, query: &{Q}) -> Result<.., ..> {{ .. }} }}`"
)]
pub trait Answer<Q: Query<On = Self>> {
    /// Answers.
    ///
    /// # Errors
    /// The query's own error, `Infallible` if it names none.
    fn answer(&self, query: &Q) -> impl Answering<Q::Answer, Q::Fault> + Send;
}

/// What an `async fn` makes that returns a `Result<T, E>`.
///
/// ```
/// use std::convert::Infallible;
///
/// async fn total() -> Result<i64, Infallible> { Ok(3) }
///
/// fn is_answering(_: &impl pericarp::Answering<i64, Infallible>) {}
/// is_answering(&total());
/// ```
#[diagnostic::on_unimplemented(
    message = "return `Result<{T}, {E}>`, which is what the query says that its answer is",
    label = "another answer than the query's",
    note = "what the query says is in `returns` and `error` of its `#[query(..)]`; without `error` it is `Infallible`"
)]
pub trait Answering<T, E>: Future<Output = Result<T, E>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<T, E>>, T, E> Answering<T, E> for F {}

/// Lets a read model answer: the only place that names [`Answer`], so that one mistake is one
/// error.
pub fn answer<V: Answer<Q>, Q: Query<On = V>>(
    on: &V,
    query: &Q,
) -> impl Future<Output = Result<Q::Answer, Q::Fault>> + Send {
    on.answer(query)
}
