//! Futures that are dropped wherever they are.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use pericarp::store::{PostgresStore, ReadLog, ReadStream, Store, Visit};
use pericarp::{Commit, CommitId, Expected, Position, RecordedEvent, StreamName};
use pericarp_tests::postgres::Server;
use pericarp_tests::{commit_to, positions};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::setting::{drop_after, open, options, sessions, wait_until, within};

/// Numbers that look random, and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as usize % end
    }
}

struct Count(usize);

impl Visit for Count {
    fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// Begins a transaction that ends if nobody waits for it, as the book has it.
async fn begin(pool: PgPool) -> Transaction<'static, Postgres> {
    let begun = tokio::spawn(async move { pool.begin().await });
    begun.await.unwrap().unwrap()
}

/// In a transaction of the caller's.
async fn append_in(store: &PostgresStore, pool: &PgPool, commit: &Commit, keep: bool) {
    let mut transaction = begin(pool.clone()).await;
    sqlx::query("INSERT INTO theirs VALUES ($1)")
        .bind(commit.id().get())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let committed = store.append_in(&mut transaction, commit).await.unwrap();
    if keep {
        transaction.commit().await.unwrap();
        store.announce(&committed);
    } else {
        transaction.rollback().await.unwrap();
    }
}

/// How many events the long stream has: more than a visit takes at once.
const LONG: usize = 2_500;

/// sqlx 0.9.0 gave a connection back to its pool in the middle of a transaction, if whoever waited
/// for `BEGIN` gave up: what the next one did was never committed, and kept its locks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_dropped_leaves_connections_that_work() {
    const TASKS: usize = 8;
    let wanted = 1_500;
    let database = Server::shared().database().await;
    let store = open(options(database.url()).max_connections(3)).await;
    let pool = database.pool(3).await;
    sqlx::query("CREATE TABLE theirs (id uuid)")
        .execute(&pool)
        .await
        .unwrap();
    for _ in 0..5 {
        let commit = commit_to("long", Expected::Any, LONG / 5);
        store.append(commit).await.unwrap();
    }
    let dropped = std::sync::Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, pool, dropped) = (store.clone(), pool.clone(), dropped.clone());
        tasks.spawn(async move {
            let mut random = Random(0x9E37_79B9_7F4A_7C15 + task as u64);
            // Those that are certain to be there, that are certain not to be, and others.
            let (mut there, mut not) = (Vec::<CommitId>::new(), Vec::<CommitId>::new());
            let mut maybe = Vec::<CommitId>::new();
            let long = StreamName::new("test", "long").unwrap();
            while dropped.load(Ordering::SeqCst) < wanted {
                let polls = random.below(12);
                let commit = commit_to(&format!("own-{task}"), Expected::Any, 1 + random.below(3));
                let id = commit.id();
                let done = match random.below(9) {
                    0 => {
                        let outcome = drop_after(polls, store.append(commit.clone())).await;
                        let done = outcome.is_some();
                        if let Some(outcome) = outcome {
                            outcome.unwrap();
                            there.push(id);
                        } else if random.below(2) == 0 {
                            store.append(commit).await.unwrap();
                            there.push(id);
                        } else {
                            maybe.push(id);
                        }
                        done
                    }
                    1 => drop_after(polls, store.head())
                        .await
                        .map(Result::unwrap)
                        .is_some(),
                    2 => {
                        let read = ReadStream::new(long.clone());
                        let visit = store.visit(read, Count(0));
                        let visited = drop_after(polls * 4, visit).await;
                        if let Some(count) = &visited {
                            assert_eq!(count.as_ref().unwrap().0, LONG);
                        }
                        visited.is_some()
                    }
                    3 => {
                        let mut pages = store.pages(ReadLog::all().limit(100));
                        for _ in 0..random.below(4) {
                            pages.next().await.unwrap();
                        }
                        drop_after(polls, pages.next())
                            .await
                            .map(|page| page.unwrap().is_some())
                            .is_some()
                    }
                    4 => {
                        let far = Position::new(u64::MAX >> 2);
                        let waited = drop_after(polls, store.wait_past(far)).await;
                        assert!(waited.is_none(), "{waited:?}");
                        false
                    }
                    kind @ 5..=7 => {
                        let keep = kind > 5;
                        let append = append_in(&store, &pool, &commit, keep);
                        let done = drop_after(polls * 2, append).await.is_some();
                        match (done, keep) {
                            (true, true) => there.push(id),
                            (true, false) => not.push(id),
                            (false, true) => maybe.push(id),
                            (false, false) => not.push(id),
                        }
                        done
                    }
                    _ => drop_after(polls, begin(pool.clone())).await.is_some(),
                };
                dropped.fetch_add(usize::from(!done), Ordering::SeqCst);
            }
            (there, not, maybe)
        });
    }
    let (mut there, mut not, mut maybe) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(task) = within("they end", tasks.join_next()).await {
        let task = task.unwrap();
        there.extend(task.0);
        not.extend(task.1);
        maybe.extend(task.2);
    }
    println!(
        "{} dropped; {} there, {} not, {} maybe",
        dropped.load(Ordering::SeqCst),
        there.len(),
        not.len(),
        maybe.len()
    );

    // What was queued before this is done by now.
    store
        .append(commit_to("last", Expected::NoStream, 1))
        .await
        .unwrap();
    let mut client = database.connect().await;
    wait_until("no transaction is open", async || {
        let open = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";
        sqlx::query_scalar::<_, i64>(open).fetch_one(&mut client).await.unwrap() == 0
    })
    .await;
    let log: std::collections::HashSet<Uuid> = positions(&store)
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    for id in &there {
        assert!(log.contains(&id.get()), "{id} was acknowledged");
    }
    for id in &not {
        assert!(!log.contains(&id.get()), "{id} was rolled back");
    }
    let known: std::collections::HashSet<_> =
        there.iter().chain(&maybe).map(|id| id.get()).collect();
    let strangers = sqlx::query_scalar::<_, Uuid>(
        "SELECT e.id FROM pericarp_events AS e JOIN pericarp_streams AS s ON s.id = e.stream
         WHERE e.ordinal = 0 AND s.name LIKE 'test-own-%'",
    );
    let stored = strangers.fetch_all(&mut client).await.unwrap();
    assert!(stored.iter().all(|id| known.contains(id)));
    let both: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM theirs WHERE NOT EXISTS (SELECT FROM pericarp_events AS e WHERE e.id = theirs.id)",
    )
    .fetch_one(&mut client)
    .await
    .unwrap();
    assert_eq!(both, 0, "their row and the append land together");

    // Every connection works, all at once.
    let mut transactions = Vec::new();
    for _ in 0..3 {
        transactions.push(within("a connection of theirs", begin(pool.clone())).await);
    }
    for transaction in transactions {
        transaction.commit().await.unwrap();
    }
    let mut reads = JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        reads.spawn(async move { store.head().await });
    }
    for head in within("reads", reads.join_all()).await {
        assert_eq!(head.unwrap().get(), log.len() as u64);
    }
    assert!(sessions(&mut client, "application_name = 'pericarp'").await <= 4);
}

/// A future that was made on a runtime and dropped outside of it took the program with it: sqlx
/// spawns a task to give its connection back.
#[test]
fn a_read_is_dropped_where_there_is_no_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (database, store) = runtime.block_on(async {
        let database = Server::shared().database().await;
        let store = open(
            options(database.url())
                .max_connections(1)
                .min_connections(1),
        )
        .await;
        (database, store)
    });
    for polls in 0..8 {
        let store = store.clone();
        let mut head = Box::pin(async move { store.head().await });
        runtime.block_on(async {
            drop_after(polls, head.as_mut()).await;
        });
        drop(head);
    }
    assert_eq!(runtime.block_on(store.head()).unwrap(), Position::START);
    runtime.block_on(store.close());
    drop(database);
}

/// A page was asked for where there was no runtime, and the task that was to fill it took the
/// caller with it: it belongs to the runtime of the store.
#[test]
fn pages_are_read_where_there_is_no_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (database, store) = runtime.block_on(async {
        let database = Server::shared().database().await;
        let store = open(options(database.url())).await;
        let commit = commit_to("a", Expected::Any, 9);
        store.append(commit).await.unwrap();
        (database, store)
    });
    let read = futures::executor::block_on(async {
        let mut pages = store.pages(ReadLog::all().limit(4));
        let mut count = 0;
        while let Some(page) = pages.next().await.unwrap() {
            count += page.len();
        }
        count
    });
    assert_eq!(read, 9);
    runtime.block_on(store.close());
    drop(database);
}
