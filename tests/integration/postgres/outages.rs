//! A server that stops, sessions that are ended, and a network in which everything gets lost, while
//! 32 append and four follow.

use std::time::Duration;

use pericarp::store::{AppendError, Store};
use pericarp::{Expected, Position};
use pericarp_tests::commit_to;
use pericarp_tests::postgres::{Mode, Options, OwnServer, Server};
use sqlx::{Connection, PgConnection, query_scalar};
use tokio::task::block_in_place;

use super::load::Load;
use super::setting::{PATIENCE, Setting, drop_after, fault, open, options, wait_until, within};

/// A store met a server that came back in no time, and lost nothing; but one that stayed away for
/// longer than anybody waits had to be told from one that refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_stops_and_starts_loses_nothing() {
    let server = Server::start_own(Options::new().durable()).await;
    for patience in [PATIENCE, Duration::from_millis(300)] {
        let database = server.database().await;
        let options = || options(database.url()).acquire_timeout(patience);
        let (store, other) = (open(options()).await, open(options()).await);
        let load = Load::start(&store, 32, &other, 4);
        let ends: [fn(&OwnServer); 3] = [
            |server| server.stop(Mode::Fast),
            |server| server.stop(Mode::Immediate),
            OwnServer::kill,
        ];
        for end in ends {
            load.progress(100).await;
            block_in_place(|| end(&server));
            if patience < PATIENCE {
                // It is not there for long enough to be given up.
                load.error("append.failed").await;
                load.error("read.failed").await;
            }
            block_in_place(|| server.start());
            load.progress(100).await;
        }
        if patience == PATIENCE {
            assert_eq!(load.errors("append.outcome_unknown"), 0);
            assert_eq!(load.errors("append.failed"), 0);
        }
        let all = open(options().acquire_timeout(PATIENCE)).await;
        load.finish(&all).await;
        for store in [store, other, all] {
            within("it closes", store.close()).await;
        }
    }
}

/// The sessions of a store, by what they are for.
const SESSIONS: [(&str, &str); 4] = [
    (
        "the writer's",
        "(query LIKE '%pericarp_append%' OR query LIKE '%pg_try_advisory_xact_lock%')",
    ),
    (
        "a reader's",
        "application_name = 'pericarp'
         AND query NOT LIKE '%pericarp_append%' AND query NOT LIKE '%pg_try_advisory_xact_lock%'",
    ),
    ("the listener's", "application_name = 'pericarp-listen'"),
    ("the announcer's", "application_name = 'pericarp-notify'"),
];

/// Ends one of these sessions at random, once there is one.
async fn kill_one(client: &mut PgConnection, what: &str, condition: &str) {
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM (
             SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'pericarp%' AND {condition} ORDER BY random() LIMIT 1) AS one"
    );
    wait_until(what, async || {
        let killed: i64 = query_scalar(sqlx::AssertSqlSafe(sql.clone()))
            .fetch_one(&mut *client)
            .await
            .unwrap();
        killed == 1
    })
    .await;
}

/// An administrator ended sessions, the listener's among them, and readers who waited for events of
/// another process slept on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_that_are_ended_are_replaced() {
    let database = Server::shared().database().await;
    let store = open(options(database.url())).await;
    let other = open(options(database.url())).await;
    let mut client = database.connect().await;
    let load = Load::start(&store, 32, &other, 4);
    for _ in 0..15 {
        for (what, condition) in SESSIONS {
            kill_one(&mut client, what, condition).await;
            load.progress(5).await;
        }
    }
    for code in ["append.failed", "append.outcome_unknown", "read.failed"] {
        assert_eq!(load.errors(code), 0, "{code}");
    }
    load.finish(&store).await;
}

/// Readers who wait are woken by another process though whoever listened for them was ended, and
/// though the announcer was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_who_wait_are_woken_after_the_listener_was_ended() {
    let database = Server::shared().database().await;
    let hour = Duration::from_secs(3_600);
    let reading = open(options(database.url()).poll_interval(hour)).await;
    let writing = open(options(database.url())).await;
    let mut client = database.connect().await;
    let listening =
        "application_name = 'pericarp-listen' AND query LIKE 'LISTEN%' AND state = 'idle'";
    for round in 0..5 {
        let waiting = tokio::spawn({
            let reading = reading.clone();
            async move { reading.wait_past(Position::new(round)).await }
        });
        wait_until("it listens", async || {
            super::setting::sessions(&mut client, listening).await == 1
        })
        .await;
        kill_one(&mut client, "the listener's", listening).await;
        if round > 0 {
            kill_one(&mut client, "the announcer's", SESSIONS[3].1).await;
        }
        writing
            .append(commit_to("a", Expected::Any, 1))
            .await
            .unwrap();
        let head = within("it is woken", waiting).await.unwrap().unwrap();
        assert_eq!(head, Position::new(round + 1));
    }
}

/// In a network that swallows everything, nobody is told that a connection is gone: appends and
/// reads waited for as long as TCP hoped.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_silent_network_is_given_up_and_forgotten() {
    let setting = Setting::new().await;
    let short = Duration::from_millis(300);
    let options = || {
        setting
            .options()
            .query_timeout(Some(short))
            .acquire_timeout(short)
            .max_connections(3)
    };
    let (store, other) = (open(options()).await, open(options()).await);
    let load = Load::start(&store, 32, &other, 4);
    for _ in 0..2 {
        load.progress(100).await;
        setting.proxy.hold();
        load.error("append.outcome_unknown").await;
        // By now there is no connection at all, and nothing was sent.
        load.error("append.failed").await;
        load.error("read.failed").await;
        setting.proxy.release();
        load.progress(100).await;
    }
    let patient = options()
        .query_timeout(Some(PATIENCE))
        .acquire_timeout(PATIENCE);
    load.finish(&open(patient).await).await;
}

/// Each read that was given up in a silent network kept its place in the pool, until there was none.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_silent_network_does_not_eat_the_pool() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| {
            options
                .query_timeout(Some(Duration::from_millis(100)))
                .acquire_timeout(Duration::from_millis(500))
                .max_connections(2)
                .listen(false)
        })
        .await;
    for _ in 0..2 {
        wait_until("it reads", async || store.head().await.is_ok()).await;
        setting.proxy.hold();
        // Some wait for the answer, some are dropped while they do.
        for _ in 0..2 {
            let error = within("it is given up", store.head()).await.unwrap_err();
            println!("{error}: {}", fault(&error));
            drop_after(20, store.head()).await;
        }
        // What was held back never comes: those connections are of no use to anybody.
        setting.proxy.cut();
        setting.proxy.release();
        wait_until("it reads again", async || store.head().await.is_ok()).await;
    }
}

/// The network lets connections be made, and swallows the rest.
#[tokio::test]
async fn closing_does_not_wait_for_a_silent_network() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| options.query_timeout(Some(Duration::from_millis(100))))
        .await;
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    setting.proxy.hold();
    let appending = tokio::spawn({
        let store = store.clone();
        async move { store.append(commit_to("a", Expected::Any, 1)).await }
    });
    drop(within("it gives up", store.head()).await);
    within("it closes", store.close()).await;
    let error = within("it is answered", appending).await.unwrap();
    assert!(
        matches!(
            error,
            Err(AppendError::OutcomeUnknown { .. } | AppendError::Closed)
        ),
        "{error:?}"
    );
    setting.database.connect().await.close().await.unwrap();
}
