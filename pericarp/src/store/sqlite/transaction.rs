use std::collections::HashMap;
use std::error::Error;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use uuid::Uuid;

use super::misfit::{self, Misfit, last_version, number};
use super::read::COMMIT;
use super::savepoint::Savepoint;
use super::statements::{
    EVENT_EXISTS, INSERT_EVENT, INSERT_STREAM, NEWEST, STREAM, TAKE_WRITE_LOCK, VERSION_BEFORE,
};
use super::{Shared, SqliteStore};
use crate::store::{AppendError, CommitPlan, is_replay_of};
use crate::{Commit, Committed, Page, Position, RecordedEvent, StreamName, Timestamp, Version};

/// Takes the write lock at once, so that nobody else writes between what it reads and its commit.
const BEGIN: &str = r#"begin_with("BEGIN IMMEDIATE")"#;

impl SqliteStore {
    /// Appends a commit in a transaction of your own, as its last statement: it lands with what
    /// the transaction did before, or neither does.
    ///
    /// The connection is one of sqlx on the same file. From `BEGIN IMMEDIATE` to the end of the
    /// transaction nobody else appends, so commit at once. What it answers holds once the
    /// transaction is committed, as durably as `synchronous` of the connection says. After an
    /// error nothing of the commit is there and the transaction goes on, unless SQLite itself
    /// rolled it back; then its end says so. If the future is dropped, the transaction holds the
    /// whole commit or nothing of it: roll it back, or append the same commit again. Readers who
    /// wait are told by [`SqliteStore::announce`], or find out when they look.
    ///
    /// ```
    /// # use pericarp::{Commit, CommitId, Expected, Ids, RandomIds, store::SqliteStore};
    /// # use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("shop.db");
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let commit = Commit::new(CommitId::new(RandomIds.next()));
    /// let store = SqliteStore::open(&path).await?;
    /// let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path)).await?;
    /// # sqlx::query("CREATE TABLE orders (id INTEGER PRIMARY KEY, paid INTEGER)").execute(&pool).await?;
    ///
    /// let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    /// sqlx::query("UPDATE orders SET paid = 1 WHERE id = 7").execute(&mut *transaction).await?;
    /// let committed = store.append_in(&mut transaction, &commit).await?;
    /// transaction.commit().await?;
    /// store.announce(&committed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AppendError`]; nothing of the commit is stored then. [`AppendError::NoTransaction`],
    /// [`AppendError::ReadTransaction`] and [`AppendError::OtherDatabase`] say how to begin.
    pub async fn append_in(
        &self,
        connection: &mut SqliteConnection,
        commit: &Commit,
    ) -> Result<Committed, AppendError> {
        let options = &self.shared.options;
        options.limits.check(commit)?;
        if self.shared.appends.is_closed() {
            return Err(AppendError::Closed);
        }
        refuse_unfit(&self.shared, connection).await?;
        let savepoint = Savepoint::begin(connection).await.map_err(failed)?;
        let verdict = append(savepoint.connection, commit, options.clock.now()).await;
        savepoint.end(verdict.is_ok()).await.map_err(failed)?;
        verdict
    }

    /// Tells readers of this store who wait of a commit that [`SqliteStore::append_in`] answered
    /// with, once it is committed. Otherwise they find out when they look, every
    /// [`poll_interval`](super::SqliteOptions::poll_interval).
    pub fn announce(&self, committed: &Committed) {
        self.shared.tail.advance(committed.last);
    }
}

/// Refuses a connection whose commit would not be one with the append.
async fn refuse_unfit(
    shared: &Shared,
    connection: &mut SqliteConnection,
) -> Result<(), AppendError> {
    if !connection.is_in_transaction() {
        return Err(AppendError::NoTransaction { begin: BEGIN });
    }
    let found: String =
        sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'")
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
    if found != *shared.file {
        let place = shared.options.place();
        return Err(AppendError::OtherDatabase { found, place });
    }
    match sqlx::query(TAKE_WRITE_LOCK).execute(connection).await {
        Ok(_) => Ok(()),
        Err(error) if is(BUSY, &error) => Err(AppendError::ReadTransaction { begin: BEGIN }),
        Err(error) => Err(failed(error)),
    }
}

async fn append(
    connection: &mut SqliteConnection,
    commit: &Commit,
    now: Timestamp,
) -> Result<Committed, AppendError> {
    if exists(connection, commit.id().get()).await? {
        return replay(connection, commit).await;
    }
    let mut found = HashMap::new();
    for (append, _) in commit.appends() {
        if !found.contains_key(&append.stream) {
            let stream = look_up(connection, &append.stream).await?;
            found.insert(&append.stream, stream);
        }
    }
    let plan = CommitPlan::new(commit, |stream| {
        Ok::<_, AppendError>(found.get(stream).copied().unwrap_or_default())
    })?;
    if commit.is_empty() {
        let mut nothing = Committed::nothing(commit.id());
        nothing.streams = plan.streams;
        return Ok(nothing);
    }
    let newest: Option<i64> = sqlx::query_scalar(NEWEST)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let now = newest.map_or(now, |newest| now.max(Timestamp::from_micros(newest)));

    let mut ids: HashMap<&StreamName, i64> = HashMap::new();
    let (mut ordinal, mut last) = (0_i64, 0_i64);
    for ((append, events), (versions, id)) in
        commit.appends().zip(plan.streams.iter().zip(&plan.targets))
    {
        if events.len() == 0 {
            continue;
        }
        let stream = match id.or_else(|| ids.get(&append.stream).copied()) {
            Some(id) => id,
            None => {
                let id = new_stream(connection, &append.stream).await?;
                ids.insert(&append.stream, id);
                id
            }
        };
        for (version, event) in (versions.first.get() as i64..).zip(events) {
            let event_id = event.id.unwrap_or_default();
            let inserted = sqlx::query(INSERT_EVENT)
                .bind(stream)
                .bind(version)
                .bind(event_id.as_bytes().as_slice())
                .bind(event.event_type.as_str())
                .bind(event.schema_version)
                .bind(ordinal)
                .bind(event.occurred_at.as_micros())
                .bind(now.as_micros())
                .bind(event.data)
                .bind(event.metadata)
                .execute(&mut *connection)
                .await;
            last = match inserted {
                Ok(inserted) => inserted.last_insert_rowid(),
                Err(error) => return Err(refused(connection, event_id, error).await),
            };
            ordinal += 1;
        }
    }
    let mut committed = Committed::new(
        commit.id(),
        Position::new((last - ordinal + 1).unsigned_abs()),
        Position::new(last.unsigned_abs()),
        now,
    );
    committed.streams = plan.streams;
    Ok(committed)
}

async fn exists(connection: &mut SqliteConnection, event_id: Uuid) -> Result<bool, AppendError> {
    let row = sqlx::query(EVENT_EXISTS)
        .bind(event_id.as_bytes().as_slice())
        .fetch_optional(connection)
        .await;
    Ok(row.map_err(failed)?.is_some())
}

/// The version and the id of a stream; neither if there is none.
async fn look_up(
    connection: &mut SqliteConnection,
    stream: &StreamName,
) -> Result<(Version, Option<i64>), AppendError> {
    let row: Option<(i64, Option<i64>)> = sqlx::query_as(STREAM)
        .bind(stream.as_str())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    Ok(match row {
        Some((id, version)) => (last_version(version)?, Some(id)),
        None => Default::default(),
    })
}

async fn new_stream(
    connection: &mut SqliteConnection,
    stream: &StreamName,
) -> Result<i64, AppendError> {
    sqlx::query_scalar(INSERT_STREAM)
        .bind(stream.as_str())
        .bind(stream.category())
        .fetch_one(connection)
        .await
        .map_err(failed)
}

/// Versions are counted under the lock, so of ours only the id can be there already. The triggers,
/// which are on in the user's connection, may see it before the constraint does.
#[cold]
async fn refused(
    connection: &mut SqliteConnection,
    event_id: Uuid,
    error: sqlx::Error,
) -> AppendError {
    if is(CONSTRAINT, &error) && matches!(exists(connection, event_id).await, Ok(true)) {
        AppendError::DuplicateEvent { event_id }
    } else {
        failed(error)
    }
}

#[cold]
async fn replay(
    connection: &mut SqliteConnection,
    commit: &Commit,
) -> Result<Committed, AppendError> {
    let id = commit.id();
    let rows = sqlx::query(COMMIT)
        .bind(id.get().as_bytes().as_slice())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let mut page = Page::new();
    for row in &rows {
        let event = event(row).map_err(failed)?;
        if event.ordinal == 0 && !page.is_empty() {
            break;
        }
        page.push_beyond_limit(&event);
    }
    let Some(first) = page.first().map(|event| event.position) else {
        let event_id = id.get();
        return Err(AppendError::DuplicateEvent { event_id });
    };
    // Only turns without events leave nothing in the page.
    let mut before = HashMap::new();
    for (append, events) in commit.appends() {
        if events.len() == 0 {
            let version: Option<i64> = sqlx::query_scalar(VERSION_BEFORE)
                .bind(append.stream.as_str())
                .bind(first.get() as i64)
                .fetch_one(&mut *connection)
                .await
                .map_err(failed)?;
            before.insert(&append.stream, last_version(version)?);
        }
    }
    let version_before = |stream: &StreamName, _| {
        Ok::<_, AppendError>(before.get(stream).copied().unwrap_or_default())
    };
    is_replay_of(commit, &page, version_before)?.ok_or(AppendError::CommitIdReused { id })
}

/// A row in the order of [`select!`](super::row::select).
fn event(row: &SqliteRow) -> Result<RecordedEvent<'_>, sqlx::Error> {
    let whole = |column: usize| row.try_get::<i64, _>(column);
    let text = |column: usize| {
        let bytes = row.try_get_unchecked::<&[u8], _>(column)?;
        std::str::from_utf8(bytes).map_err(unreadable)
    };
    Ok(RecordedEvent {
        version: misfit::version(whole(0)?).map_err(unreadable)?,
        event_type: text(1)?,
        schema_version: number("schema version", whole(2)?).map_err(unreadable)?,
        occurred_at: Timestamp::from_micros(whole(3)?),
        data: text(4)?,
        metadata: text(5)?,
        position: misfit::position(whole(6)?).map_err(unreadable)?,
        id: misfit::id(row.try_get(7)?).map_err(unreadable)?,
        ordinal: number("ordinal", whole(8)?).map_err(unreadable)?,
        recorded_at: Timestamp::from_micros(whole(9)?),
        stream: text(10)?,
    })
}

fn unreadable(error: impl Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

impl From<Misfit> for AppendError {
    fn from(misfit: Misfit) -> Self {
        failed(unreadable(misfit))
    }
}

/// SQLite's codes: <https://sqlite.org/rescode.html>. An extended one has more in its upper bits.
const BUSY: u32 = 5;
const CONSTRAINT: u32 = 19;

fn is(code: u32, error: &sqlx::Error) -> bool {
    let extended = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok());
    extended.is_some_and(|extended| extended & 0xff == code)
}

fn failed(source: sqlx::Error) -> AppendError {
    AppendError::Failed {
        source: source.into(),
    }
}
