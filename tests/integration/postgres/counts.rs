//! How many statements are sent, and how often somebody waits for the network.

use pericarp::store::{PostgresStore, ReadLog, ReadStream, ReadStreams, Store};
use pericarp::{Commit, CommitId, Expected, Ids, Page, Pericarp, RandomIds, StreamName};
use pericarp_tests::proxy::When;
use pericarp_tests::{commit_of, commit_to};
use tokio::task::JoinSet;

use super::setting::{Setting, within};

async fn warm(setting: &Setting) -> PostgresStore {
    let store = setting
        .open(|options| options.listen(false).max_connections(2))
        .await;
    // To a stream that is new, and of one and of two events to one that is known: each statement
    // that appends is prepared.
    for events in [1, 1, 1, 2] {
        let commit = commit_to("warm", Expected::Any, events);
        store.append(commit).await.unwrap();
    }
    setting.proxy.reset();
    store
}

#[tokio::test]
async fn a_lone_append_is_one_statement_and_one_round_trip() {
    let setting = Setting::new().await;
    let store = warm(&setting).await;
    for _ in 0..10 {
        store
            .append(commit_to("a", Expected::Any, 3))
            .await
            .unwrap();
    }
    let counts = setting.proxy.counts();
    assert_eq!(
        (counts.statements(), counts.round_trips()),
        (10, 10),
        "{counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_append_at_once_share_a_statement_and_a_round_trip() {
    let setting = Setting::new().await;
    let store = warm(&setting).await;
    let held = setting.proxy.hold_before(When::sql("pericarp_append"));
    let append = |key: String| {
        let store = store.clone();
        async move {
            store
                .append(commit_to(&key, Expected::NoStream, 2))
                .await
                .unwrap()
        }
    };
    let first = tokio::spawn(append("first".into()));
    held.struck().await;
    let mut rest: Vec<_> = (0..63).map(|n| Box::pin(append(format!("s{n}")))).collect();
    // Each is handed over before the first is answered.
    for append in &mut rest {
        let poll = std::future::poll_fn(|context| {
            std::task::Poll::Ready(append.as_mut().poll(context).is_ready())
        });
        assert!(!poll.await);
    }
    setting.proxy.release();
    first.await.unwrap();
    for append in rest {
        within("its answer", append).await;
    }
    let counts = setting.proxy.counts();
    assert_eq!(
        (counts.statements(), counts.round_trips()),
        (2, 2),
        "{counts:?}"
    );

    // And in a steady state there is one round trip for each statement.
    setting.proxy.reset();
    let mut appenders = JoinSet::new();
    for number in 0..64 {
        let store = store.clone();
        appenders.spawn(async move {
            for _ in 0..10 {
                let commit = commit_to(&format!("s{number}"), Expected::Any, 1);
                store.append(commit).await.unwrap();
            }
        });
    }
    within("they are done", appenders.join_all()).await;
    let counts = setting.proxy.counts();
    assert!((10..=640).contains(&counts.statements()), "{counts:?}");
    assert_eq!(counts.statements(), counts.round_trips(), "{counts:?}");
    println!("640 appends of 64 in {} statements", counts.statements());
}

#[tokio::test]
async fn a_large_commit_is_one_statement() {
    let setting = Setting::new().await;
    let store = warm(&setting).await;
    let commit = commit_of("a", Expected::NoStream, 1_000, "{\"some\":\"payload\"}");
    store.append(commit).await.unwrap();
    let counts = setting.proxy.counts();
    assert_eq!(
        (counts.statements(), counts.round_trips()),
        (1, 1),
        "{counts:?}"
    );
}

#[tokio::test]
async fn a_page_is_one_statement() {
    let setting = Setting::new().await;
    let store = warm(&setting).await;
    for _ in 0..3 {
        store
            .append(commit_to("a", Expected::Any, 1_000))
            .await
            .unwrap();
    }
    let stream = StreamName::new("test", "a").unwrap();
    for read in [
        ReadStream::new(stream.clone()).limit(1_000).into(),
        ReadLog::all().limit(1_000).into(),
        ReadStreams::new([stream.clone()]).limit(1_000).into(),
    ] {
        setting.proxy.reset();
        let page = store.read(read, Page::new()).await.unwrap();
        assert_eq!(page.len(), 1_000);
        assert_eq!(setting.proxy.counts().statements(), 1);
    }
}

mod counter {
    //! An aggregate that counts.

    use pericarp::prelude::*;

    #[derive(Event, serde::Serialize, serde::Deserialize)]
    #[event(name = "counter.counted")]
    pub(super) struct Counted;

    #[derive(Aggregate, Default)]
    #[aggregate(category = "counter", id = u64, events(Counted))]
    pub(super) struct Counter {
        pub(super) count: usize,
    }

    impl Apply<Counted> for Counter {
        fn apply(&mut self, _: Counted, _: &Meta<'_>) {
            self.count += 1;
        }
    }
}

use counter::{Counted, Counter};

fn counted(id: u64, events: usize) -> Commit {
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let stream = StreamName::new("counter", id).unwrap();
    let turn = commit.to(stream, Expected::Any);
    (0..events).fold(turn, |turn, _| {
        turn.event(&Counted, &pericarp::Context::default()).unwrap()
    });
    commit
}

#[tokio::test]
async fn loads_take_few_statements() {
    let setting = Setting::new().await;
    let store = warm(&setting).await;
    for _ in 0..5 {
        store.append(counted(0, 1_000)).await.unwrap();
    }
    let ids: Vec<u64> = (1..=100).collect();
    for id in &ids {
        store.append(counted(*id, 3)).await.unwrap();
    }
    let app = Pericarp::new(store);
    for (id, events, most) in [(1, 3, 1), (0, 5_000, 10)] {
        setting.proxy.reset();
        let root = app.load::<Counter>(&id).await.unwrap().unwrap();
        assert_eq!(root.count, events);
        let counts = setting.proxy.counts();
        assert!(counts.statements() <= most, "{events} events: {counts:?}");
        println!("{events} events in {} statements", counts.statements());
    }
    setting.proxy.reset();
    let roots = app.load_many::<Counter>(&ids).await.unwrap();
    assert!(roots.iter().all(|root| root.as_ref().unwrap().count == 3));
    let counts = setting.proxy.counts();
    assert!(counts.statements() <= 2, "{counts:?}");
    println!("100 aggregates in {} statements", counts.statements());
}
