use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::time::sleep;
use uuid::Uuid;

use super::fault::PostgresFault;
use super::patience::within;
use super::row::named_event;
use super::{Durability, PostgresStore, Shared};
use crate::store::{Batch, BulkAppended, BulkError, BulkPlan, BulkStore, Found, LogEnd, Positions};
use crate::{Page, Position, Timestamp, Version};

impl BulkStore for PostgresStore {
    /// Each batch is a transaction over a connection of its own: the events come by `COPY`.
    async fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        if self.shared.appends.is_closed() {
            return Err(BulkError::Closed);
        }
        let store = self.clone();
        // A task of its own, so that whoever gives up leaves no transaction half way; on the runtime of
        // the store, where its connection is.
        let storing = self.shared.readers.spawn_task(async move {
            let outcome = store.shared.import(&batch, positions).await;
            outcome.map(|appended| appended.returning(batch))
        });
        storing.await.unwrap_or_else(|_| {
            let source = "the runtime ended before the batch was stored".into();
            Err(BulkError::OutcomeUnknown { source })
        })
    }
}

const LOCK_NOT_AVAILABLE: &str = "55P03";
/// How long an import leaves the append lock to others, while the table is not to be had.
const PAUSE: Duration = Duration::from_millis(100);

/// How far a transaction got when it failed.
enum Failure {
    Refused(BulkError),
    BeforeCommit(PostgresFault),
    AtCommit(PostgresFault),
}

impl<E: Into<PostgresFault>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::BeforeCommit(fault.into())
    }
}

impl Shared {
    async fn import(&self, batch: &Batch, positions: Positions) -> Result<BulkAppended, BulkError> {
        let mut importer = self.importer.lock().await;
        let connection = match importer.take() {
            Some(connection) => connection,
            None => {
                let connect = self.options.connection();
                let connecting = async { Ok(PgConnection::connect_with(&connect).await?) };
                within(Some(self.options.acquire_timeout), connecting)
                    .await
                    .map_err(failed)?
            }
        };
        let connection = importer.insert(connection);
        match self.in_transaction(connection, batch, positions).await {
            Ok(appended) => {
                self.wake.appended(appended.last);
                Ok(appended)
            }
            Err(Failure::Refused(error)) => {
                let rollback = sqlx::raw_sql("ROLLBACK").execute(connection).await;
                if rollback.is_err() {
                    *importer = None;
                }
                Err(error)
            }
            // The connection goes, and its transaction with it.
            Err(Failure::BeforeCommit(fault)) => {
                *importer = None;
                Err(failed(fault))
            }
            Err(Failure::AtCommit(fault)) => {
                *importer = None;
                Err(if fault.kind().may_be_stored() {
                    BulkError::OutcomeUnknown {
                        source: Box::new(fault),
                    }
                } else {
                    failed(fault)
                })
            }
        }
    }

    async fn in_transaction(
        &self,
        connection: &mut PgConnection,
        batch: &Batch,
        positions: Positions,
    ) -> Result<BulkAppended, Failure> {
        let patience = self.options.query_timeout;
        let schema = self.statements.schema();
        self.begin_alone(connection, positions).await?;
        let settle = match self.options.durability {
            Durability::Relaxed => "SET LOCAL synchronous_commit TO off",
            // Durable unless told otherwise, whatever the server's default is.
            Durability::Full => {
                "SELECT set_config('synchronous_commit', 'on', true)
                 WHERE current_setting('synchronous_commit') = 'off'"
            }
        };
        run(connection, settle.into()).await?;
        let end = self.end(connection).await?;
        let stored = self.stored(connection, batch).await?;
        let mut streams = self.streams(connection, batch).await?;
        let plan = BulkPlan::new(
            batch,
            positions,
            end,
            |event| {
                Ok(match stored.by_id.get(&event.id) {
                    Some(&index) => match stored.page.get(index) {
                        Some(there) => Found::compare(&there, event, positions),
                        None => Found::Nothing,
                    },
                    None => Found::Nothing,
                })
            },
            |name| Ok(streams.remove(name).unwrap_or((Version::NONE, None))),
        )
        .map_err(|error: BulkError| Failure::Refused(error))?;
        if !plan.rows.is_empty() {
            let ids = self.stream_ids(connection, &plan).await?;
            copy(connection, schema, &plan, &ids).await?;
        }
        let appended = BulkAppended::new(&plan);
        let commit = async { Ok(run(connection, "COMMIT".into()).await?) };
        within(patience, commit).await.map_err(Failure::AtCommit)?;
        Ok(appended)
    }

    /// Begins a transaction with the append lock.
    ///
    /// There may be a gap before events that keep their positions, so the table is locked for them:
    /// whoever appends has to look at the log after they are there. A vacuum holds that up, and must not
    /// hold up those who append, who wait for the append lock.
    async fn begin_alone(
        &self,
        connection: &mut PgConnection,
        positions: Positions,
    ) -> Result<(), PostgresFault> {
        let schema = self.statements.schema();
        let begin =
            format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT {schema}.pericarp_lock()");
        let lock = format!(
            "SET LOCAL lock_timeout = '100ms';
             LOCK TABLE {schema}.pericarp_events IN SHARE ROW EXCLUSIVE MODE;
             SET LOCAL lock_timeout TO DEFAULT"
        );
        let deadline = Instant::now() + self.options.acquire_timeout;
        loop {
            run(connection, begin.clone()).await?;
            if positions != Positions::Keep {
                return Ok(());
            }
            let Err(error) = run(connection, lock.clone()).await else {
                return Ok(());
            };
            let fault = PostgresFault::from(error);
            if fault.sqlstate() != Some(LOCK_NOT_AVAILABLE) || Instant::now() > deadline {
                return Err(fault);
            }
            run(connection, "ROLLBACK".into()).await?;
            sleep(PAUSE).await;
        }
    }

    async fn end(&self, connection: &mut PgConnection) -> sqlx::Result<LogEnd> {
        let schema = self.statements.schema();
        let sql = format!(
            "SELECT position, recorded_at FROM {schema}.pericarp_events ORDER BY position DESC LIMIT 1"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_optional(connection)
            .await?;
        Ok(match row {
            Some(row) => LogEnd {
                position: Position::new(row.try_get::<i64, _>(0)?.unsigned_abs()),
                recorded_at: Timestamp::from_micros(row.try_get(1)?),
            },
            None => LogEnd::EMPTY,
        })
    }

    /// The events of the batch that are in the log.
    async fn stored(
        &self,
        connection: &mut PgConnection,
        batch: &Batch,
    ) -> Result<Stored, PostgresFault> {
        let ids: Vec<Uuid> = batch.events().map(|event| event.id).collect();
        let mut stored = Stored::default();
        let mut rows = self
            .statements
            .query(self.statements.events())
            .bind(ids)
            .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let event = named_event(&row)?;
            stored.by_id.insert(event.id, stored.page.len());
            stored.page.push_beyond_limit(&event);
        }
        Ok(stored)
    }

    /// The version and the number of each stream of the batch that there is.
    async fn streams<'b>(
        &self,
        connection: &mut PgConnection,
        batch: &'b Batch,
    ) -> sqlx::Result<HashMap<&'b str, (Version, Option<i64>)>> {
        let mut streams: HashMap<&str, _> = batch
            .events()
            .map(|event| (event.stream, (Version::NONE, None)))
            .collect();
        let names: Vec<&str> = streams.keys().copied().collect();
        let rows = self
            .statements
            .query(self.statements.versions())
            .bind(names)
            .fetch_all(connection)
            .await?;
        for row in rows {
            let (id, version): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
            if let Some(stream) = streams.get_mut(row.try_get::<&str, _>(0)?) {
                *stream = (Version::new(version.unsigned_abs()), Some(id));
            }
        }
        Ok(streams)
    }

    /// The number of each stream of the plan; new ones get the next.
    async fn stream_ids(
        &self,
        connection: &mut PgConnection,
        plan: &BulkPlan<'_, Option<i64>>,
    ) -> sqlx::Result<Vec<i64>> {
        let schema = self.statements.schema();
        let max = format!("SELECT coalesce(max(id), 0) FROM {schema}.pericarp_streams");
        let mut next: i64 = sqlx::query_scalar(AssertSqlSafe(max))
            .fetch_one(&mut *connection)
            .await?;
        let (mut ids, mut names, mut categories) = (Vec::new(), Vec::new(), Vec::new());
        let mut streams = Vec::with_capacity(plan.streams.len());
        for stream in &plan.streams {
            streams.push(stream.target.unwrap_or_else(|| {
                next += 1;
                ids.push(next);
                names.push(stream.name);
                categories.push(
                    stream
                        .name
                        .split_once('-')
                        .map_or("", |(category, _)| category),
                );
                next
            }));
        }
        if !ids.is_empty() {
            let insert = format!(
                "INSERT INTO {schema}.pericarp_streams (id, name, category) SELECT * FROM unnest($1, $2, $3)"
            );
            sqlx::query(AssertSqlSafe(insert))
                .bind(ids)
                .bind(names)
                .bind(categories)
                .execute(connection)
                .await?;
        }
        Ok(streams)
    }
}

/// What a log holds of a batch.
#[derive(Default)]
struct Stored {
    page: Page,
    by_id: HashMap<Uuid, usize>,
}

/// How many bytes go to the server at a time.
const PIECE: usize = 1 << 20;

/// Sends the rows as `COPY` takes them in its binary format:
/// <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>.
async fn copy(
    connection: &mut PgConnection,
    schema: &str,
    plan: &BulkPlan<'_, Option<i64>>,
    streams: &[i64],
) -> sqlx::Result<()> {
    let mut sink = connection
        .copy_in_raw(&format!(
            "COPY {schema}.pericarp_events (position, stream, version, occurred_at, recorded_at, id,
                 schema_version, ordinal, type, data, metadata) FROM STDIN (FORMAT binary)"
        ))
        .await?;
    let mut piece = Vec::with_capacity(PIECE + PIECE / 4);
    piece.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    for row in &plan.rows {
        let event = &row.event;
        piece.extend_from_slice(&11_i16.to_be_bytes());
        field(&mut piece, &event.position.get().to_be_bytes());
        field(&mut piece, &streams[row.stream].to_be_bytes());
        field(&mut piece, &event.version.get().to_be_bytes());
        field(&mut piece, &event.occurred_at.as_micros().to_be_bytes());
        field(&mut piece, &event.recorded_at.as_micros().to_be_bytes());
        field(&mut piece, event.id.as_bytes());
        field(&mut piece, &i64::from(event.schema_version).to_be_bytes());
        field(&mut piece, &event.ordinal.to_be_bytes());
        field(&mut piece, event.event_type.as_bytes());
        field(&mut piece, event.data.as_bytes());
        field(&mut piece, event.metadata.as_bytes());
        if piece.len() >= PIECE {
            sink.send(piece.as_slice()).await?;
            piece.clear();
        }
    }
    piece.extend_from_slice(&(-1_i16).to_be_bytes());
    sink.send(piece.as_slice()).await?;
    sink.finish().await.map(|_| ())
}

fn field(piece: &mut Vec<u8>, bytes: &[u8]) {
    // No field is longer than a batch, which is 1 GiB at most.
    piece.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    piece.extend_from_slice(bytes);
}

async fn run(connection: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(|_| ())
}

fn failed(fault: PostgresFault) -> BulkError {
    BulkError::Failed {
        source: Box::new(fault),
    }
}
