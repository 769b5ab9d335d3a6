use sqlx::{Connection as _, PgConnection};

use super::super::patience::within;
use super::super::read::Head;
use super::super::{PostgresFault, PostgresStore, Shared};
use super::{integrity, locks, plans, schema, settings};
use crate::doctor::{Amount, Depth, Finding, Report};
use crate::store::ReadError;

impl PostgresStore {
    /// Examines the log: its schema and indexes, how its statements run, the server's settings,
    /// who holds the append lock, and with [`Depth::Thorough`] every event.
    ///
    /// It uses a connection of its own and takes no lock that an append or a read waits for. The
    /// schema is compared with one that it makes among the temporary tables, and rolls back.
    ///
    /// ```no_run
    /// use pericarp::doctor::Depth;
    /// # use pericarp::store::PostgresStore;
    ///
    /// # async fn look(store: PostgresStore) -> Result<(), pericarp::store::ReadError> {
    /// let report = store.doctor(Depth::Quick).await?;
    /// print!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ReadError`] if the log cannot be read. What is wrong with it otherwise is in the report.
    pub async fn doctor(&self, depth: Depth) -> Result<Report, ReadError> {
        // A store that is closed says so.
        let (_, head) = self.shared.readers.ask(Head).await?;
        let shared = &*self.shared;
        let connect = shared.options.connection();
        let connecting = async { Ok(PgConnection::connect_with(&connect).await?) };
        let mut connection = within(Some(shared.options.acquire_timeout), connecting)
            .await
            .map_err(PostgresFault::read_error)?;
        let mut report = examine(&mut connection, shared, depth)
            .await
            .map_err(|error| PostgresFault::from(error).read_error())?;
        pool(shared, &mut report);
        report.figure("last position", Amount::Count(head.get()));
        // The report is the same whether or not the server hears the goodbye.
        let _ = connection.close().await;
        Ok(report)
    }
}

async fn examine(
    connection: &mut PgConnection,
    shared: &Shared,
    depth: Depth,
) -> sqlx::Result<Report> {
    let mut report = Report::new(shared.options.place());
    settings::examine(connection, &shared.options, &mut report).await?;
    if schema::examine(connection, &shared.options.schema, &mut report).await? {
        plans::examine(connection, &shared.statements, &mut report).await?;
    }
    locks::examine(connection, &shared.options.schema, &mut report).await?;
    if depth == Depth::Thorough {
        integrity::examine(connection, shared.statements.schema(), &mut report).await?;
    }
    Ok(report)
}

/// Who waits here, and for what.
fn pool(shared: &Shared, report: &mut Report) {
    let options = &shared.options;
    let (open, idle) = shared.readers.open_and_idle();
    let most = options.max_connections;
    let what = format!("{open} of at most {most} connections are open, {idle} of them idle");
    report.push(if open >= most && idle == 0 {
        Finding::warning("pool.busy", what)
            .fix("open with more `max_connections`, or read less at once")
    } else {
        Finding::ok("pool.size", what)
    });
    let capacity = options.queue_capacity;
    let waiting = shared.appends.len();
    let what = format!("{waiting} of at most {capacity} appends wait");
    report.push(if waiting * 10 >= capacity * 8 {
        Finding::warning("queue.appends", what)
            .fix("append several events in one commit, or look for what holds the append lock")
    } else {
        Finding::ok("queue.appends", what)
    });
}
