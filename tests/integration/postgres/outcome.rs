//! Whether a commit is stored is unknown exactly when nobody can know it.

use std::time::Duration;

use pericarp::store::{AppendError, PostgresStore, Store};
use pericarp::{Commit, Committed, Expected, Position};
use pericarp_tests::proxy::{Fault, Proxy, When};
use pericarp_tests::{commit_to, positions};
use sqlx::{AssertSqlSafe, Executor};

use super::setting::{Setting, fault, within};

const CUTS: [fn(&Proxy, When) -> Fault; 2] = [Proxy::cut_before, Proxy::cut_after];

fn append() -> When {
    When::sql("pericarp_append")
}

/// However long the way back takes.
/// The statement that appends what is known to be right.
fn insert() -> When {
    When::sql("INSERT INTO")
}

async fn append_at_last(store: &PostgresStore, commit: &Commit) -> Committed {
    let append = async || loop {
        if let Ok(committed) = store.append(commit.clone()).await {
            return committed;
        }
    };
    within("it is stored", append()).await
}

async fn copies(store: &PostgresStore) -> usize {
    positions(store).await.len()
}

/// A connection was lost in the middle of an append, and its caller was left to find out what
/// became of it, though the store could have asked.
#[tokio::test]
async fn a_connection_lost_in_an_append_is_no_error() {
    let setting = Setting::new().await;
    let store = setting.open(|options| options.listen(false)).await;
    for (number, cut) in (1..).zip(CUTS) {
        let fault = cut(&setting.proxy, append());
        let commit = commit_to(&format!("s{number}"), Expected::NoStream, 1);
        let committed = store.append(commit.clone()).await.unwrap();
        fault.struck().await;
        assert_eq!(committed.first, Position::new(number));
        assert_eq!(store.append(commit).await.unwrap(), committed);
        assert_eq!(copies(&store).await as u64, number);
    }
    // The first was lost twice, and then there is the one that reads.
    assert_eq!(setting.proxy.counts().connections, 3);
}

/// Every commit of a batch gets its own first answer, those that conflict too.
#[tokio::test]
async fn a_batch_that_is_sent_again_has_the_same_verdicts() {
    let setting = Setting::new().await;
    let store = setting.open(|options| options.listen(false)).await;
    let first = setting.proxy.hold_before(append());
    let blocker = tokio::spawn({
        let store = store.clone();
        async move { store.append(commit_to("blocker", Expected::Any, 1)).await }
    });
    first.struck().await;
    let mut appends = Vec::new();
    for key in ["a", "b", "a", "c", "a"] {
        let (store, commit) = (store.clone(), commit_to(key, Expected::NoStream, 2));
        appends.push(tokio::spawn(async move { store.append(commit).await }));
        tokio::task::yield_now().await;
    }
    let cut = setting.proxy.cut_after(append());
    setting.proxy.release();
    blocker.await.unwrap().unwrap();
    let mut verdicts = Vec::new();
    for append in appends {
        verdicts.push(match within("its answer", append).await.unwrap() {
            Ok(committed) => committed.first.get(),
            Err(AppendError::Conflict(conflict)) => {
                assert_eq!(conflict.actual.get(), 2);
                0
            }
            Err(error) => panic!("{error:?}"),
        });
    }
    cut.struck().await;
    assert_eq!(verdicts, [2, 4, 0, 6, 0]);
    assert_eq!(copies(&store).await, 7);
}

/// No server came back: the error says that the outcome is unknown, and appending again tells it.
#[tokio::test]
async fn an_outcome_that_nobody_tells_is_unknown_until_asked_again() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| {
            options
                .listen(false)
                .acquire_timeout(Duration::from_secs(1))
        })
        .await;
    // To a stream that is new, and to one of which the writer knows all.
    let ways = CUTS.map(|cut| (cut, false)).into_iter();
    let ways = ways.chain(CUTS.map(|cut| (cut, true)));
    let mut number = 0;
    for (cut, known) in ways {
        let stream = format!("s{number}");
        if known {
            for _ in 0..3 {
                number += 1;
                let commit = commit_to(&stream, Expected::Any, 1);
                store.append(commit).await.unwrap();
            }
        }
        number += 1;
        let statement = if known { insert() } else { append() };
        let cut = cut(&setting.proxy, statement);
        setting.proxy.refuse().await;
        let commit = commit_to(&stream, Expected::Any, 1);
        let error = store.append(commit.clone()).await.unwrap_err();
        cut.struck().await;
        assert_eq!(error.code(), "append.outcome_unknown", "{error:?}");
        assert!(!error.outcome_is_known());
        println!("{error}: {}", fault(&error));

        // Another one is not even sent, and so it is not there.
        let other = commit_to("other", Expected::Any, 1);
        let error = store.append(other.clone()).await.unwrap_err();
        assert_eq!(error.code(), "append.failed", "{error:?}");
        assert!(error.outcome_is_known());

        setting.proxy.accept().await;
        let committed = append_at_last(&store, &commit).await;
        assert_eq!(committed.first, Position::new(number));
        assert_eq!(store.append(commit).await.unwrap(), committed);
        assert_eq!(copies(&store).await as u64, number);
    }
}

/// A server that refuses to write has not written, and yet that was said to be unknown.
#[tokio::test]
async fn a_server_that_is_read_only_has_stored_nothing() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| {
            options
                .listen(false)
                .acquire_timeout(Duration::from_secs(1))
        })
        .await;
    let mut client = setting.database.connect().await;
    let name = setting.database.name();
    let set = |value| {
        AssertSqlSafe(format!(
            "ALTER DATABASE {name} SET default_transaction_read_only = {value}"
        ))
    };
    client.execute(set("on")).await.unwrap();
    // The connection that is lost is replaced by one that is read-only.
    let cut = setting.proxy.cut_before(append());
    let commit = commit_to("s", Expected::Any, 1);
    let error = store.append(commit.clone()).await.unwrap_err();
    cut.struck().await;
    assert_eq!(error.code(), "append.outcome_unknown", "{error:?}");
    let error = store.append(commit.clone()).await.unwrap_err();
    assert_eq!(error.code(), "append.failed", "{error:?}");
    assert_eq!(fault(&error).sqlstate(), Some("25006"));
    assert!(fault(&error).to_string().contains("connect to the primary"));
    client.execute(set("off")).await.unwrap();
    append_at_last(&store, &commit).await;
    assert_eq!(copies(&store).await, 1);
}
