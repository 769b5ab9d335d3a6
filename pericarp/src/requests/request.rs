use super::{ByAggregate, ExecuteError, Failure};
use crate::{Aggregate, Command};

/// A command or a query: what the two have in common, and all that a middleware sees of them.
///
/// Every [`Command`] that is `Send` is one. `#[derive(Query)]` implements it beside [`Query`](crate::Query).
///
/// ```
/// use pericarp::Request;
///
/// /// Implemented once, for commands and queries.
/// fn label<R: Request>() -> String { format!("{} {}", R::KIND, R::NAME) }
/// # use pericarp::prelude::*;
/// # struct Views;
/// #[derive(Query)]
/// #[query(on = Views, returns = u64)]
/// struct OpenOrders;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// assert_eq!(label::<OpenOrders>(), "query OpenOrders");
/// ```
#[diagnostic::on_unimplemented(
    message = "derive `Command` or `Query` for `{Self}`, which is neither",
    label = "not a request",
    note = "a command changes one aggregate, a query asks"
)]
pub trait Request: Send + Sync + Sized {
    /// How logs and metrics name it: the name of its type. It is stored nowhere.
    const NAME: &'static str;

    /// Which of the two it is.
    const KIND: RequestKind;

    /// What comes of it.
    type Answer: Send;

    /// Why nothing comes of it.
    type Error: Failure;

    /// The middlewares it lists, outermost first: a tuple of their types, `()` if there are none.
    ///
    /// A [`Chain`](crate::middleware::Chain) of this request, so that a test can name it and run
    /// it.
    type Chain;

    /// Who handles it in the end, as the derives say; `()` for a request that is implemented by
    /// hand, which `Pericarp::pass` takes to its handler.
    type HandledBy;
}

/// Whether a request may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// It changes an aggregate, or is refused.
    Command,
    /// It reads, and may be asked as often as one likes.
    Query,
}

impl RequestKind {
    /// A word for logs and metrics: `"command"` or `"query"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Query => "query",
        }
    }
}

impl std::fmt::Display for RequestKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<C: Command + Send> Request for C {
    const NAME: &'static str = <C as Command>::NAME;
    const KIND: RequestKind = RequestKind::Command;
    type Answer = C::Returns;
    type Error = ExecuteError<<C::Aggregate as Aggregate>::Error>;
    type Chain = <C as Command>::Chain;
    type HandledBy = ByAggregate;
}
