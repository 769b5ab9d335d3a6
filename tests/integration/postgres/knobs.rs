//! The keys of the configuration that are for PostgreSQL, and what a store does with them.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use futures::future::join_all;
use futures::poll;
use pericarp::store::{AppendError, PostgresStore, ReadLog, Store};
use pericarp::{Committed, Expected, Page, Position};
use pericarp_tests::commit_to;
use pericarp_tests::proxy::When;
use sqlx::{Executor, query_scalar};

use super::setting::{Setting, open, sessions, wait_until, within};
use crate::knobs::told;

impl Setting {
    /// A store that is opened as it is told, through the network, which counts from here.
    async fn told(&self, keys: &[(&str, &str)]) -> PostgresStore {
        let url = self.proxy.url().to_string();
        let told = told(&[&[("postgres.url", url.as_str())], keys].concat());
        let store = open(told.postgres_options().unwrap()).await;
        self.proxy.reset();
        store
    }
}

const DEAF: (&str, &str) = ("postgres.listen", "false");

async fn append(store: &PostgresStore, key: &str) -> Result<Committed, AppendError> {
    store.append(commit_to(key, Expected::Any, 1)).await
}

async fn read(store: &PostgresStore) -> usize {
    let page = store.read(ReadLog::all().into(), Page::new()).await;
    page.unwrap().len()
}

/// Appends that are handed over, whose answers have not come.
async fn handed_over<'s>(
    store: &'s PostgresStore,
    keys: &[&'s str],
) -> Vec<Pin<Box<dyn Future<Output = Result<Committed, AppendError>> + 's>>> {
    let mut appends: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::new();
    for key in keys {
        let mut appending = Box::pin(append(store, key));
        let poll = poll_fn(|context| Poll::Ready(appending.as_mut().poll(context)));
        match poll.await {
            Poll::Pending => appends.push(appending),
            Poll::Ready(outcome) => appends.push(Box::pin(std::future::ready(outcome))),
        }
    }
    appends
}

#[tokio::test]
async fn the_log_is_in_the_database_and_the_schema_it_is_told() {
    let setting = Setting::new().await;
    let store = setting.told(&[("postgres.schema", "ninety")]).await;
    append(&store, "a").await.unwrap();
    let count = "SELECT count(*) FROM ninety.pericarp_events";
    let events: i64 = query_scalar(count)
        .fetch_one(&mut setting.database.connect().await)
        .await
        .unwrap();
    assert_eq!(events, 1);
}

#[tokio::test]
async fn what_is_acknowledged_is_on_the_disk_if_told() {
    for (durability, synchronous) in [("full", "on"), ("relaxed", "off")] {
        let setting = Setting::new().await;
        let store = setting.told(&[("appends.durability", durability)]).await;
        let mut client = setting.database.connect().await;
        let sql = "CREATE TABLE seen (synchronous text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO seen VALUES (current_setting('synchronous_commit'));
                RETURN NULL;
            END $$;
            CREATE TRIGGER see AFTER INSERT ON pericarp_events EXECUTE FUNCTION see()";
        client.execute(sql).await.unwrap();
        append(&store, "a").await.unwrap();
        let seen: Vec<String> = query_scalar("SELECT synchronous FROM seen")
            .fetch_all(&mut client)
            .await
            .unwrap();
        assert_eq!(seen, [synchronous]);
    }
}

#[tokio::test]
async fn a_statement_stores_as_many_as_told() {
    for (events, statements) in [("1", 5), ("2", 3), ("1000", 2)] {
        let setting = Setting::new().await;
        let store = setting.told(&[("postgres.batch_size", events), DEAF]).await;
        for _ in 0..2 {
            append(&store, "known").await.unwrap();
        }
        setting.proxy.reset();
        let held = setting.proxy.hold_before(When::statement(1));
        let mut first = handed_over(&store, &["first"]).await;
        tokio::select! {
            () = held.struck() => {}
            _ = first[0].as_mut() => panic!("it is held"),
        }
        let mut appends = handed_over(&store, &["a", "b", "c", "d"]).await;
        appends.append(&mut first);
        setting.proxy.release();
        for outcome in within("their answers", join_all(appends)).await {
            outcome.unwrap();
        }
        assert_eq!(setting.proxy.counts().statements(), statements, "{events}");
    }
}

#[tokio::test]
async fn a_full_queue_refuses_if_told() {
    let setting = Setting::new().await;
    let keys = [
        ("appends.queue_capacity", "2"),
        ("appends.when_full", "reject"),
        DEAF,
    ];
    let store = setting.told(&keys).await;
    let held = setting.proxy.hold_before(When::statement(1));
    let mut appends = handed_over(&store, &["first"]).await;
    tokio::select! {
        () = held.struck() => {}
        _ = appends[0].as_mut() => panic!("it is held"),
    }
    appends.append(&mut handed_over(&store, &["a", "b"]).await);
    let refused = append(&store, "c").await.unwrap_err();
    assert!(matches!(
        refused,
        AppendError::QueueFull { capacity: 2, .. }
    ));
    setting.proxy.release();
    for outcome in within("their answers", join_all(appends)).await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn as_many_connections_read_as_told() {
    for (most, is_one) in [("1", true), ("4", false)] {
        let setting = Setting::new().await;
        let keys = [("postgres.max_connections", most), DEAF];
        let store = setting.told(&keys).await;
        let held = setting.proxy.hold_after(When::sql("pericarp_events"));
        let mut reads = pin!(join_all((0..20).map(|_| read(&store))));
        tokio::select! {
            () = held.struck() => {}
            _ = &mut reads => panic!("one is held"),
        }
        setting.proxy.release();
        within("they are served", reads).await;
        let connections = setting.proxy.counts().connections;
        assert_eq!(connections == 1, is_one, "{connections}");
        assert!(connections <= most.parse().unwrap());
    }
}

#[tokio::test]
async fn as_many_idle_connections_are_kept_as_told() {
    for (least, all) in [("0", 1), ("2", 3)] {
        let setting = Setting::new().await;
        let keys = [("postgres.min_connections", least), DEAF];
        let _store = setting.told(&keys).await;
        let mut client = setting.database.connect().await;
        wait_until("they are there", async || {
            sessions(&mut client, "true").await == all
        })
        .await;
    }
}

#[tokio::test]
async fn a_connection_is_waited_for_as_long_as_told() {
    for (patience, is_enough) in [("50ms", false), ("60s", true)] {
        let setting = Setting::new().await;
        let keys = [
            ("postgres.acquire_timeout", patience),
            ("postgres.max_connections", "1"),
            DEAF,
        ];
        let store = setting.told(&keys).await;
        read(&store).await;
        setting.proxy.hold();
        let mut first = pin!(read(&store));
        assert!(poll!(&mut first).is_pending());
        let mut second = pin!(store.read(ReadLog::all().into(), Page::new()));
        if is_enough {
            assert!(poll!(&mut second).is_pending());
            setting.proxy.release();
        }
        if is_enough {
            let both = futures::future::join(first, second);
            assert!(within("both", both).await.1.is_ok());
        } else {
            let error = within("the second", second).await.unwrap_err();
            assert_eq!(error.code(), "read.failed");
            setting.proxy.release();
        }
    }
}

#[tokio::test]
async fn connections_live_and_idle_as_long_as_told() {
    let busy = [("postgres.max_connections", "1"), DEAF];
    let setting = Setting::new().await;
    let young = [("postgres.max_lifetime", "20ms")];
    let store = setting.told(&[&busy[..], &young].concat()).await;
    wait_until("it is replaced", async || {
        read(&store).await;
        setting.proxy.counts().connections > 3
    })
    .await;
    let old = [("postgres.max_lifetime", "never")];
    let store = setting.told(&[&busy[..], &old].concat()).await;
    for _ in 0..50 {
        read(&store).await;
    }
    assert_eq!(setting.proxy.counts().connections, 1);

    let setting = Setting::new().await;
    let mut client = setting.database.connect().await;
    for (idle, left) in [("50ms", 1), ("never", 3)] {
        // The second store has a connection that appends, too.
        let store = setting.told(&[("postgres.idle_timeout", idle), DEAF]).await;
        read(&store).await;
        wait_until("what is idle is gone", async || {
            sessions(&mut client, "true").await == left
        })
        .await;
        std::mem::forget(store);
    }
}

#[tokio::test]
async fn a_connection_keeps_as_many_statements_as_told() {
    let mut parses = Vec::new();
    for statements in ["1", "100"] {
        let setting = Setting::new().await;
        let keys = [
            ("postgres.statement_cache", statements),
            ("postgres.max_connections", "1"),
            DEAF,
        ];
        let store = setting.told(&keys).await;
        for _ in 0..5 {
            read(&store).await;
            store.head().await.unwrap();
        }
        parses.push(setting.proxy.counts().parses);
    }
    assert_eq!(parses, [10, 2]);
}

#[tokio::test]
async fn a_statement_runs_as_long_as_told() {
    for (timeout, is_enough) in [("50ms", false), ("never", true)] {
        let setting = Setting::new().await;
        let store = setting
            .told(&[("postgres.query_timeout", timeout), DEAF])
            .await;
        append(&store, "a").await.unwrap();
        let mut client = setting.database.connect().await;
        let lock = "BEGIN; LOCK TABLE pericarp_events IN ACCESS EXCLUSIVE MODE";
        client.execute(lock).await.unwrap();
        let mut reads = pin!(store.read(ReadLog::all().into(), Page::new()));
        if is_enough {
            assert!(poll!(&mut reads).is_pending());
            client.execute("COMMIT").await.unwrap();
        }
        assert_eq!(within("it ends", reads).await.is_ok(), is_enough);
    }
}

#[tokio::test]
async fn it_listens_or_looks_as_often_as_told() {
    const LISTENS: &str = "application_name = 'pericarp-listen' AND query LIKE 'LISTEN%'";
    let hour = ("postgres.poll_interval", "1h");
    // It listens, and so need not look.
    let setting = Setting::new().await;
    let mut client = setting.database.connect().await;
    let store = setting.told(&[("postgres.listen", "true"), hour]).await;
    let other = setting.told(&[hour]).await;
    let mut waits = pin!(store.wait_past(Position::START));
    assert!(poll!(&mut waits).is_pending());
    wait_until("it listens", async || {
        assert!(poll!(&mut waits).is_pending());
        sessions(&mut client, LISTENS).await >= 1
    })
    .await;
    let committed = append(&other, "a").await.unwrap();
    assert_eq!(within("it hears", waits).await.unwrap(), committed.last);

    // It looks.
    for (interval, looks) in [("1ms", true), ("1h", false)] {
        let setting = Setting::new().await;
        let mut client = setting.database.connect().await;
        let keys = [("postgres.poll_interval", interval), DEAF];
        let store = setting.told(&keys).await;
        let mut waits = pin!(store.wait_past(Position::START));
        let asked = async |times: usize| {
            wait_until("it has looked", async || {
                setting.proxy.counts().statements() >= times
            })
            .await;
        };
        if looks {
            tokio::select! {
                () = asked(10) => {}
                _ = &mut waits => panic!("there is nothing"),
            }
        } else {
            tokio::select! {
                () = asked(1) => {}
                _ = &mut waits => panic!("there is nothing"),
            }
            // Once it knows that there is nothing, it asks no more.
            for _ in 0..100 {
                assert!(poll!(&mut waits).is_pending());
                tokio::task::yield_now().await;
            }
            assert!(setting.proxy.counts().statements() < 4);
        }
        assert_eq!(sessions(&mut client, LISTENS).await, 0);
    }
}
