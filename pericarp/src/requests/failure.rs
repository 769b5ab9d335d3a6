use super::Stopped;

/// Why nothing came of a request: [`ExecuteError`](crate::ExecuteError) for commands,
/// [`AskError`](crate::AskError) for queries.
///
/// A middleware knows no more of an error than this, and ends a request itself with a
/// [`Stopped`], from which each of them is made.
#[diagnostic::on_unimplemented(
    message = "use `ExecuteError` or `AskError`: `{Self}` does not say why nothing came of a request",
    note = "an error of your own goes into `Stopped`"
)]
pub trait Failure: std::error::Error + From<Stopped> + Send + Sync + 'static {
    /// A stable code for logs and metrics.
    fn code(&self) -> &'static str;

    /// Whether it is certain that nothing was stored, and the same request may succeed when it
    /// is repeated.
    fn is_transient(&self) -> bool;

    /// Whether the application said no as it should, and nothing in it went wrong: an aggregate
    /// that refuses, one that is not there, a request that is invalid or forbidden. Nothing was
    /// stored.
    fn is_refusal(&self) -> bool;

    /// What the middleware said, if one has ended the request.
    fn stopped(&self) -> Option<&Stopped>;
}
