use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::store::AppendError;
use crate::{Commit, Committed};

/// A transaction of a client's own that is open, and that appends when a law says so.
///
/// It is rolled back if it is dropped. What fails beside an append is for it to panic about.
///
/// ```no_run
/// use pericarp::store::{AppendError, PostgresStore};
/// use pericarp::testing::conformance::Transaction;
/// use pericarp::{Commit, Committed};
///
/// struct InPostgres {
///     store: PostgresStore,
///     transaction: sqlx::Transaction<'static, sqlx::Postgres>,
/// }
///
/// impl Transaction for InPostgres {
///     async fn write(&mut self) {
///         let insert = sqlx::query("INSERT INTO orders (paid) VALUES (true)");
///         insert.execute(&mut *self.transaction).await.expect("an order");
///     }
///
///     async fn append(&mut self, commit: &Commit) -> Result<Committed, AppendError> {
///         self.store.append_in(&mut self.transaction, commit).await
///     }
///
///     async fn commit(self) {
///         self.transaction.commit().await.expect("a transaction that commits");
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "implement `Transaction` for `{Self}`, so that the laws can append in it",
    note = "it is a transaction of the application's own connection"
)]
pub trait Transaction: Send + 'static {
    /// Writes something that is not an event to the same database.
    fn write(&mut self) -> impl Future<Output = ()> + Send;

    /// Appends, the way the store offers it to clients who bring their own transaction.
    fn append(
        &mut self,
        commit: &Commit,
    ) -> impl Future<Output = Result<Committed, AppendError>> + Send;

    /// Commits.
    fn commit(self) -> impl Future<Output = ()> + Send;
}

/// A [`Transaction`] of any store, which [`Subject::begin`](super::Subject::begin) begins.
pub struct OpenTransaction(Box<dyn Opened>);

impl OpenTransaction {
    /// Hands a transaction to the law that asked for it.
    pub fn new(transaction: impl Transaction) -> Self {
        Self(Box::new(transaction))
    }

    pub(super) async fn write(&mut self) {
        self.0.write().await;
    }

    pub(super) async fn append(&mut self, commit: &Commit) -> Result<Committed, AppendError> {
        self.0.append(commit).await
    }

    pub(super) async fn commit(self) {
        self.0.commit().await;
    }
}

impl fmt::Debug for OpenTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTransaction").finish_non_exhaustive()
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A transaction as laws see it, whose tasks cannot be generic over every subject's.
trait Opened: Send {
    fn write(&mut self) -> Boxed<'_, ()>;
    fn append<'a>(&'a mut self, commit: &'a Commit) -> Boxed<'a, Result<Committed, AppendError>>;
    fn commit(self: Box<Self>) -> Boxed<'static, ()>;
}

impl<T: Transaction> Opened for T {
    fn write(&mut self) -> Boxed<'_, ()> {
        Box::pin(Transaction::write(self))
    }

    fn append<'a>(&'a mut self, commit: &'a Commit) -> Boxed<'a, Result<Committed, AppendError>> {
        Box::pin(Transaction::append(self, commit))
    }

    fn commit(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(Transaction::commit(*self))
    }
}
