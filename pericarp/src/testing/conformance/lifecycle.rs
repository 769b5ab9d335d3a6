use super::check::{declared, fresh, offered, ok, opened, reopen, soak, within};
use super::events::{Stored, commit, read_log, stream};
use super::ledger::{Ledger, check_order, commits};
use super::peer::Peer;
use super::{Role, Subject};
use crate::Expected;
use crate::store::{OpenError, Store};

/// Reopening finds everything. Two processes may migrate at once. A newer schema is refused with
/// a clear error, and keeps all data.
///
/// # Panics
/// If the law does not hold.
pub async fn law_25_reopening_and_migration<S: Subject>(subject: &S) {
    const LAW: &str = "law 25";
    let (log, mut store) = fresh(LAW, subject).await;
    let capabilities = subject.capabilities();
    if declared(LAW, "persistent", capabilities.persistent) {
        let mut ledger = Ledger::new(LAW);
        for round in 0..4 {
            for number in 0..25 {
                let (one, other) = (stream(&format!("{}", number % 7)), stream("shared"));
                let turns = [(&one, Expected::Any, 1 + round), (&other, Expected::Any, 1)];
                let commit = commit(&turns);
                let answer = ok(LAW, "append", store.append(commit.clone()).await);
                ledger.acknowledged(commit, answer);
            }
            store = reopen(LAW, subject, &log, store).await;
            ledger.check(&store).await;
        }
    }
    refuse_newer(LAW, subject, &log, store).await;
    migrate_at_once(LAW, subject).await;
}

async fn refuse_newer<S: Subject>(law: &str, subject: &S, log: &S::Log, store: S::Store) {
    let declared = subject.capabilities().schema;
    if declared {
        within(law, "close", store.close()).await;
    }
    drop(store);
    if offered(law, "schema", declared, subject.age(log).await).is_none() {
        return;
    }
    match subject.open(log).await {
        Err(OpenError::NewerSchema { found, known, .. }) => {
            assert!(
                found > known,
                "{law}: schema {found} is refused, and {known} is known"
            );
        }
        Err(error) => panic!("{law}: a newer schema is refused with {error:?}"),
        Ok(_) => panic!("{law}: a newer schema is opened"),
    }
}

/// Processes open a log that does not exist yet, at once.
async fn migrate_at_once<S: Subject>(law: &'static str, subject: &S) {
    const PROCESSES: usize = 4;
    let declared = subject.capabilities().processes;
    for _ in 0..soak(6, 60) {
        let log = subject.empty_log().await;
        let processes: Option<Vec<_>> = (0..PROCESSES)
            .map(|_| subject.process(&log, Role::Open))
            .collect();
        let Some(processes) = offered(law, "processes", declared, processes) else {
            return;
        };
        let mut openers: Vec<Peer> = processes
            .into_iter()
            .map(|process| Peer::start(law, process))
            .collect();
        for opener in &mut openers {
            assert_eq!(
                opener.answer(),
                "ready",
                "{law}: a process that is to open the log"
            );
        }
        for opener in &mut openers {
            opener.tell("open");
        }
        for opener in &mut openers {
            assert_eq!(
                opener.answer(),
                "opened",
                "{law}: a process that opens a new log"
            );
        }
        let store = opened(law, subject.open(&log).await);
        let events: Vec<Stored> = read_log(law, &store).await;
        check_order(law, &events);
        assert_eq!(
            commits(law, &events).len(),
            PROCESSES,
            "{law}: each process stored a commit"
        );
    }
}
