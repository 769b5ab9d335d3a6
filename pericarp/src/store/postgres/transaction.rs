use sqlx::PgConnection;

use super::append::{Batch, Verdict, replay};
use super::fault::PostgresFault;
use super::{Durability, PostgresStore};
use crate::store::AppendError;
use crate::{Commit, Committed};

impl PostgresStore {
    /// Appends a commit in a transaction of your own, as its last statement: it lands with what
    /// the transaction did before, or neither does.
    ///
    /// From here to the end of the transaction nobody else appends, so commit at once. What it
    /// answers holds once the transaction is committed. An error of the server ends the
    /// transaction, as ever in PostgreSQL; a conflict does not, and nothing of the commit is there.
    /// Readers who wait are told by [`PostgresStore::announce`], or find out when they look.
    ///
    /// ```no_run
    /// # use pericarp::{Commit, store::PostgresStore};
    /// # async fn pay(store: PostgresStore, pool: sqlx::PgPool, commit: Commit) -> Result<(), Box<dyn std::error::Error>> {
    /// // In a task of its own, where nobody drops it halfway: sqlx 0.9.0 would not end it.
    /// let mut transaction = tokio::spawn(async move { pool.begin().await }).await??;
    /// sqlx::query("UPDATE invoices SET paid = true WHERE id = 7").execute(&mut *transaction).await?;
    /// let committed = store.append_in(&mut transaction, &commit).await?;
    /// transaction.commit().await?;
    /// store.announce(&committed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`AppendError`]; nothing is stored then, unless you commit what came before.
    pub async fn append_in(
        &self,
        transaction: &mut PgConnection,
        commit: &Commit,
    ) -> Result<Committed, AppendError> {
        let (options, statements) = (&self.shared.options, &self.shared.statements);
        options.limits.check(commit)?;
        let failed = |fault: PostgresFault| fault.append_error(commit.id(), false);
        let relaxed = options.durability == Durability::Relaxed;
        let now = options.clock.now();
        let mut appended = Batch::new([commit])
            .append(transaction, statements, now, relaxed, &[commit])
            .await
            .map_err(failed)?;
        match appended.verdicts.pop() {
            Some(Verdict::Stored(committed)) => Ok(committed),
            Some(Verdict::Conflict(conflict)) => Err(conflict.into()),
            Some(Verdict::Known) => replay(transaction, statements, commit)
                .await
                .map_err(failed)?,
            None => Err(failed(PostgresFault::nonsense())),
        }
    }

    /// Tells readers who wait, here and in other processes, of a commit that
    /// [`PostgresStore::append_in`] answered with, once it is committed.
    pub fn announce(&self, committed: &Committed) {
        self.shared.wake.appended(committed.last);
    }
}
