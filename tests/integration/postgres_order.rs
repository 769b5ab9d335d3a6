//! What PostgreSQL's own transactions, locks and snapshots could do to the order of the log.

use std::sync::Arc;

use pericarp::store::postgres::{PostgresFault, PostgresOptions};
use pericarp::store::{AppendError, PostgresStore, Store};
use pericarp::{Clock, Commit, Expected, Position, StreamName, Timestamp, Version};
use pericarp_tests::postgres::{Schema, Server};
use pericarp_tests::{chain, commit_to, positions};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres, Transaction, query_scalar};
use tokio::task::JoinSet;

/// A log in a schema that has a table of orders beside it.
struct Log {
    schema: Schema,
    store: PostgresStore,
}

impl Log {
    async fn new() -> Self {
        let schema = Server::shared().schema().await;
        let mut client = schema.connect().await;
        let create = "CREATE TABLE orders (id bigint PRIMARY KEY, paid boolean NOT NULL);
                      INSERT INTO orders VALUES (1, false)";
        client.execute(create).await.unwrap();
        let store = open(&schema).await;
        Self { schema, store }
    }

    async fn begin(&self) -> Transaction<'static, Postgres> {
        self.schema.pool(1).await.begin().await.unwrap()
    }

    async fn orders(&self) -> i64 {
        let mut client = self.schema.connect().await;
        let count = query_scalar("SELECT count(*) FROM orders WHERE paid");
        count.fetch_one(&mut client).await.unwrap()
    }

    async fn version(&self, key: &str) -> Version {
        let stream = StreamName::new("test", key).unwrap();
        self.store.stream_version(&stream).await.unwrap()
    }

    /// Ids of the commits of one event that are in the log, in its order.
    async fn check(&self, commits: &[&Commit]) {
        let stored = positions(&self.store).await;
        assert!(
            stored.is_sorted_by(|one, next| one.0 < next.0),
            "{stored:?}"
        );
        let stored: Vec<_> = stored.into_iter().map(|(_, id)| id).collect();
        let expected: Vec<_> = commits.iter().map(|commit| commit.id().get()).collect();
        assert_eq!(stored, expected);
    }
}

async fn open(schema: &Schema) -> PostgresStore {
    let options = PostgresOptions::parse(&schema.url().to_string()).unwrap();
    PostgresStore::open_with(options.schema(schema.name()))
        .await
        .unwrap()
}

fn one(key: &str, expected: Expected) -> Commit {
    commit_to(key, expected, 1)
}

async fn pay(transaction: &mut PgConnection, id: i64) {
    let insert = sqlx::query("INSERT INTO orders VALUES ($1, true)").bind(id);
    insert.execute(transaction).await.unwrap();
}

#[track_caller]
fn fault(error: &AppendError) -> &PostgresFault {
    let AppendError::Failed { source } = error else {
        panic!("{error:?}");
    };
    source.downcast_ref().unwrap()
}

#[tokio::test]
async fn an_append_in_a_transaction_that_does_not_see_what_is_committed_is_refused() {
    let log = Log::new().await;
    for level in ["REPEATABLE READ", "SERIALIZABLE"] {
        let mut transaction = log.begin().await;
        let set = format!("SET TRANSACTION ISOLATION LEVEL {level}");
        transaction.execute(AssertSqlSafe(set)).await.unwrap();
        let commit = one("a", Expected::Any);
        let error = log
            .store
            .append_in(&mut transaction, &commit)
            .await
            .unwrap_err();
        assert!(!fault(&error).is_passing());
        assert!(error.outcome_is_known());
        let said = chain(&error);
        assert!(
            said.contains("needs the isolation level READ COMMITTED"),
            "{said}"
        );
        assert!(
            said.contains(&format!("the transaction is {level}")),
            "{said}"
        );
        drop(transaction);
        log.check(&[]).await;
        // It holds up nobody.
        let mut transaction = log.begin().await;
        log.store
            .append_in(&mut transaction, &commit)
            .await
            .unwrap();
        drop(transaction);
    }
}

/// Whoever makes SERIALIZABLE the default of a database has a log in it all the same.
#[tokio::test]
async fn the_default_isolation_of_a_database_is_not_that_of_the_store() {
    let database = Server::shared().database().await;
    for level in ["repeatable read", "serializable"] {
        let set = format!(
            "ALTER DATABASE {} SET default_transaction_isolation = '{level}'",
            database.name()
        );
        database
            .connect()
            .await
            .execute(AssertSqlSafe(set))
            .await
            .unwrap();
        let store = PostgresStore::open(&database.url().to_string())
            .await
            .unwrap();
        store.append(one("a", Expected::Any)).await.unwrap();
        let pool = database.pool(1).await;
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
        let mut transaction = pool.begin_with(begin).await.unwrap();
        let commit = one("a", Expected::Any);
        store.append_in(&mut transaction, &commit).await.unwrap();
        transaction.commit().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn a_transaction_lands_with_its_row_and_its_event_or_neither() {
    let log = Log::new().await;
    let mut transaction = log.begin().await;
    pay(&mut transaction, 2).await;
    let commit = one("a", Expected::NoStream);
    log.store
        .append_in(&mut transaction, &commit)
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(log.orders().await, 0);
    log.check(&[]).await;
    assert_eq!(log.version("a").await, Version::NONE);

    let mut transaction = log.begin().await;
    pay(&mut transaction, 2).await;
    // The same commit: nobody knows of the first attempt.
    let answer = log
        .store
        .append_in(&mut transaction, &commit)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(log.orders().await, 1);
    log.check(&[&commit]).await;
    assert_eq!(log.store.append(commit).await.unwrap(), answer);
}

#[tokio::test]
async fn a_conflict_leaves_the_transaction_as_it_was() {
    let log = Log::new().await;
    let before = one("a", Expected::NoStream);
    log.store.append(before.clone()).await.unwrap();
    let mut transaction = log.begin().await;
    pay(&mut transaction, 2).await;
    let stale = one("a", Expected::NoStream);
    let error = log
        .store
        .append_in(&mut transaction, &stale)
        .await
        .unwrap_err();
    let AppendError::Conflict(conflict) = error else {
        panic!("{error:?}");
    };
    assert_eq!(conflict.actual, Version::new(1));
    pay(&mut transaction, 3).await;
    let decided_again = one("a", Expected::Version(conflict.actual));
    log.store
        .append_in(&mut transaction, &decided_again)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(log.orders().await, 2);
    log.check(&[&before, &decided_again]).await;
}

#[tokio::test]
async fn a_commit_that_comes_again_in_a_transaction_gets_its_first_answer() {
    let log = Log::new().await;
    let before = one("a", Expected::NoStream);
    let first = log.store.append(before.clone()).await.unwrap();
    let mut transaction = log.begin().await;
    let again = log
        .store
        .append_in(&mut transaction, &before)
        .await
        .unwrap();
    assert_eq!(again, first);
    let inside = one("a", Expected::Version(Version::new(1)));
    let first = log
        .store
        .append_in(&mut transaction, &inside)
        .await
        .unwrap();
    let again = log
        .store
        .append_in(&mut transaction, &inside)
        .await
        .unwrap();
    assert_eq!(again, first);
    transaction.commit().await.unwrap();
    assert_eq!(log.store.append(inside.clone()).await.unwrap(), first);
    log.check(&[&before, &inside]).await;
}

/// A savepoint that is rolled back takes locks back that were taken behind it.
#[tokio::test]
async fn what_a_savepoint_takes_back_is_not_there_and_the_next_append_follows_what_is() {
    let log = Log::new().await;
    let [outer, inner, last] = ["a", "b", "a"].map(|key| one(key, Expected::Any));
    for append_before in [false, true] {
        let log = if append_before {
            &Log::new().await
        } else {
            &log
        };
        let mut transaction = log.begin().await;
        if append_before {
            log.store.append_in(&mut transaction, &outer).await.unwrap();
        }
        transaction.execute("SAVEPOINT here").await.unwrap();
        log.store.append_in(&mut transaction, &inner).await.unwrap();
        transaction.execute("ROLLBACK TO here").await.unwrap();
        let elsewhere = one("a", Expected::Any);
        let racing = tokio::spawn({
            let (store, commit) = (log.store.clone(), elsewhere.clone());
            async move { store.append(commit).await }
        });
        if !append_before {
            // The lock is gone with the savepoint, so nobody waits.
            racing.await.unwrap().unwrap();
            log.store.append_in(&mut transaction, &last).await.unwrap();
            transaction.commit().await.unwrap();
            log.check(&[&elsewhere, &last]).await;
        } else {
            log.store.append_in(&mut transaction, &last).await.unwrap();
            transaction.commit().await.unwrap();
            racing.await.unwrap().unwrap();
            log.check(&[&outer, &last, &elsewhere]).await;
        }
        assert_eq!(log.version("b").await, Version::NONE);
    }
}

#[tokio::test]
async fn logs_in_two_schemas_of_a_database_do_not_wait_for_each_other() {
    let (one_log, other_log) = (Log::new().await, Log::new().await);
    let mut transaction = one_log.begin().await;
    let held = one("a", Expected::Any);
    one_log
        .store
        .append_in(&mut transaction, &held)
        .await
        .unwrap();
    let commit = one("a", Expected::Any);
    other_log.store.append(commit.clone()).await.unwrap();
    other_log.check(&[&commit]).await;
    let mut other = other_log.begin().await;
    let second = one("a", Expected::Any);
    other_log
        .store
        .append_in(&mut other, &second)
        .await
        .unwrap();
    other.commit().await.unwrap();
    other_log.check(&[&commit, &second]).await;
    one_log.check(&[]).await;
    transaction.commit().await.unwrap();
    one_log.check(&[&held]).await;
}

#[tokio::test]
async fn the_lock_of_one_log_does_not_open_another() {
    let (one_log, other_log) = (Log::new().await, Log::new().await);
    one_log.store.append(one("a", Expected::Any)).await.unwrap();
    other_log
        .store
        .append(one("a", Expected::Any))
        .await
        .unwrap();
    let mut client = one_log.schema.connect().await;
    let insert = |log: &Log| {
        format!(
            "INSERT INTO {0}.pericarp_events
                 (position, stream, version, occurred_at, recorded_at, id, schema_version, ordinal,
                  type, data, metadata)
             SELECT position + 1, stream, version + 1, occurred_at, recorded_at, gen_random_uuid(),
                    schema_version, ordinal, type, data, metadata
             FROM {0}.pericarp_events ORDER BY position DESC LIMIT 1",
            log.schema.name()
        )
    };
    let stream = |log: &Log| {
        let name = log.schema.name();
        format!("INSERT INTO {name}.pericarp_streams VALUES (1000, 'test-z', 'test')")
    };
    for (begin, log) in [
        ("BEGIN", &one_log),
        ("BEGIN; SELECT pericarp_lock()", &other_log),
    ] {
        for insert in [insert(log), stream(log)] {
            client.execute(begin).await.unwrap();
            let error = client.execute(AssertSqlSafe(insert)).await.unwrap_err();
            let error = error.into_database_error().unwrap();
            assert_eq!(error.code().unwrap(), "23001");
            assert!(error.message().contains("under its lock"), "{error}");
            client.execute("ROLLBACK").await.unwrap();
        }
    }
    // With its own lock, a client does what it must know.
    client
        .execute("BEGIN; SELECT pericarp_lock()")
        .await
        .unwrap();
    client
        .execute(AssertSqlSafe(insert(&one_log)))
        .await
        .unwrap();
    client.execute("COMMIT; BEGIN").await.unwrap();
    // The lock went with the transaction.
    client
        .execute(AssertSqlSafe(insert(&one_log)))
        .await
        .unwrap_err();
}

/// Machines' clocks disagree, and are set back.
#[tokio::test]
async fn positions_are_counted_and_times_never_fall_whatever_the_clocks_say() {
    let log = Log::new().await;
    let with_clock = async |micros| {
        let options = PostgresOptions::parse(&log.schema.url().to_string()).unwrap();
        let clock = StoppedClock(Timestamp::from_micros(micros));
        let options = options.schema(log.schema.name()).clock(clock);
        PostgresStore::open_with(options).await.unwrap()
    };
    let (ahead, behind) = (with_clock(4_000_000_000_000_000).await, with_clock(1).await);
    let mut last = Timestamp::EPOCH;
    for (store, position) in [&behind, &ahead, &behind, &log.store, &ahead]
        .into_iter()
        .zip(1..)
    {
        let answer = store.append(one("a", Expected::Any)).await.unwrap();
        assert_eq!(answer.first, Position::new(position));
        assert!(answer.recorded_at >= last, "{answer:?}");
        last = answer.recorded_at;
    }
}

struct StoppedClock(Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A row that every append rewrites, such as a counter of positions, has a version for each of
/// them that a snapshot keeps alive, and every append would look through all.
#[tokio::test]
async fn an_old_snapshot_makes_no_append_look_at_more() {
    let log = Log::new().await;
    append_many(&log.store, 100).await;
    let mut reader = log.schema.connect().await;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pericarp_events;
                 INSERT INTO orders VALUES (2, false)";
    reader.execute(begin).await.unwrap();
    append_many(&log.store, 500).await;
    let before = buffers_of_an_append(&log).await;
    append_many(&log.store, 3_000).await;
    let after = buffers_of_an_append(&log).await;
    println!("an append touches {before} buffers, and {after} after 3,000 more");
    // An index that grew a level is looked at a little longer.
    assert!(after <= before + 20, "{before} buffers became {after}");
    let seen: i64 = query_scalar("SELECT count(*) FROM pericarp_events")
        .fetch_one(&mut reader)
        .await
        .unwrap();
    assert_eq!(seen, 100);
}

/// Appends single events to one stream.
async fn append_many(store: &PostgresStore, count: usize) {
    let mut appends = JoinSet::new();
    for _ in 0..count {
        let store = store.clone();
        appends.spawn(async move { store.append(one("busy", Expected::Any)).await.unwrap() });
    }
    appends.join_all().await;
}

/// How many buffers one append to the same stream touches, by the server's own count.
async fn buffers_of_an_append(log: &Log) -> i64 {
    const EXPLAIN: &str = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF)
        SELECT * FROM (SELECT gen_random_uuid() AS id) AS new CROSS JOIN LATERAL pericarp_append(
            ARRAY[id], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[-1::bigint], ARRAY[1], ARRAY[0], ARRAY[0::bigint],
            ARRAY[0::bigint], ARRAY['test-busy'], ARRAY['test'], '{}', '{}', NULL, NULL, NULL, ARRAY[1], ARRAY[1], ARRAY[id], ARRAY['t'],
            ARRAY[1::bigint], ARRAY[0::bigint], ARRAY['{}'::json], ARRAY['{}'::json], 0, false)";
    let mut client = log.schema.connect().await;
    let mut least = i64::MAX;
    // The first of a session looks at the catalogue too.
    for _ in 0..5 {
        let plan: Vec<String> = query_scalar(EXPLAIN).fetch_all(&mut client).await.unwrap();
        let whole = plan
            .iter()
            .find(|line| line.contains("Buffers: shared"))
            .unwrap();
        let count = |word: &str| {
            let (_, rest) = whole.split_once(word)?;
            rest.split(' ').next()?.parse::<i64>().ok()
        };
        let touched = count("hit=").unwrap_or(0) + count("read=").unwrap_or(0);
        assert!(touched > 0, "{plan:?}");
        least = least.min(touched);
    }
    least
}

const PAY: &str = "UPDATE orders SET paid = true WHERE id = 1";

/// Of two who wait for each other, the server picks one, who is told that it is worth another try.
#[tokio::test]
async fn a_deadlock_ends_for_the_one_who_appends_and_the_other_commits() {
    let Deadlock {
        log,
        mut row_first,
        mut append_first,
        waiting,
        appended,
    } = Deadlock::set().await;
    let pid = will_wait(&mut append_first, "1h").await;
    let updating = tokio::spawn(async move {
        append_first.execute(PAY).await.unwrap();
        append_first
    });
    until_it_waits(&log, pid).await;
    will_wait(&mut row_first, "10ms").await;
    let error = log
        .store
        .append_in(&mut row_first, &waiting)
        .await
        .unwrap_err();
    assert_eq!(fault(&error).sqlstate(), Some("40P01"));
    assert!(fault(&error).is_passing());
    assert!(error.outcome_is_known());
    drop(row_first);
    updating.await.unwrap().commit().await.unwrap();
    log.check(&[&appended]).await;
    // Trying again is all there is to do.
    let mut again = log.begin().await;
    again.execute(PAY).await.unwrap();
    log.store.append_in(&mut again, &waiting).await.unwrap();
    again.commit().await.unwrap();
    log.check(&[&appended, &waiting]).await;
    assert_eq!(log.orders().await, 1);
}

#[tokio::test]
async fn a_deadlock_ends_for_the_one_who_has_appended_and_the_other_commits() {
    let Deadlock {
        log,
        mut row_first,
        mut append_first,
        waiting,
        ..
    } = Deadlock::set().await;
    let pid = will_wait(&mut row_first, "1h").await;
    let appending = tokio::spawn({
        let (log, waiting) = (log.clone(), waiting.clone());
        async move {
            log.store.append_in(&mut row_first, &waiting).await.unwrap();
            row_first
        }
    });
    until_it_waits(&log, pid).await;
    will_wait(&mut append_first, "10ms").await;
    let error = append_first.execute(PAY).await.unwrap_err();
    assert_eq!(
        error.into_database_error().unwrap().code().unwrap(),
        "40P01"
    );
    drop(append_first);
    appending.await.unwrap().commit().await.unwrap();
    log.check(&[&waiting]).await;
    assert_eq!(log.orders().await, 1);
}

/// Two transactions that are about to wait for each other.
struct Deadlock {
    log: Arc<Log>,
    /// Has a row, and will append `waiting`.
    row_first: Transaction<'static, Postgres>,
    /// Has appended `appended`, and will want the row.
    append_first: Transaction<'static, Postgres>,
    waiting: Commit,
    appended: Commit,
}

impl Deadlock {
    async fn set() -> Self {
        let log = Arc::new(Log::new().await);
        let (mut row_first, mut append_first) = (log.begin().await, log.begin().await);
        row_first.execute(PAY).await.unwrap();
        let [waiting, appended] = ["waiting", "appended"].map(|key| one(key, Expected::Any));
        log.store
            .append_in(&mut append_first, &appended)
            .await
            .unwrap();
        Self {
            log,
            row_first,
            append_first,
            waiting,
            appended,
        }
    }
}

/// Lets the server look once, after so long a wait, whether this transaction is in a deadlock.
/// Whoever waits last must be the one that it looks at. Returns the connection's process id.
async fn will_wait(transaction: &mut PgConnection, timeout: &str) -> i32 {
    let set = format!("SET LOCAL deadlock_timeout = '{timeout}'");
    transaction.execute(AssertSqlSafe(set)).await.unwrap();
    let pid = query_scalar("SELECT pg_backend_pid()");
    pid.fetch_one(transaction).await.unwrap()
}

async fn until_it_waits(log: &Log, pid: i32) {
    let mut client = log.schema.connect().await;
    let mut waits = false;
    while !waits {
        let query = query_scalar("SELECT cardinality(pg_blocking_pids($1)) > 0").bind(pid);
        waits = query.fetch_one(&mut client).await.unwrap();
    }
}
