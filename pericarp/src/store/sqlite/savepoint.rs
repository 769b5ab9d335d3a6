use sqlx::sqlite::SqliteTransactionManager;
use sqlx::{Error, SqliteConnection};
use sqlx_core::transaction::TransactionManager;

/// A savepoint in somebody's transaction. What was done since is forgotten if it is dropped.
///
/// `sqlx::Connection::begin` makes one too. If that is dropped under way, sqlx 0.9.0 rolls back
/// twice: once to the savepoint, and once the transaction that it is in. So this asks what `begin`
/// asks.
pub(super) struct Savepoint<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    open: bool,
}

impl<'c> Savepoint<'c> {
    pub(super) async fn begin(connection: &'c mut SqliteConnection) -> Result<Self, Error> {
        SqliteTransactionManager::begin(connection, None).await?;
        Ok(Self {
            connection,
            open: true,
        })
    }

    /// Keeps or forgets what was done since.
    pub(super) async fn end(mut self, keep: bool) -> Result<(), Error> {
        if keep {
            SqliteTransactionManager::commit(self.connection).await?;
        } else {
            SqliteTransactionManager::rollback(self.connection).await?;
        }
        self.open = false;
        Ok(())
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.open {
            SqliteTransactionManager::start_rollback(self.connection);
        }
    }
}
