//! Plays a log into the store: every event of it becomes a command, in the order of time.

use std::collections::{BTreeSet, HashMap};

use pericarp::prelude::*;
use pericarp::store::{AppendError, Store};
use pericarp::{Commit, CommitError, Context, DecideError, LoadError, Pericarp, Timestamp, decide};

use crate::application::LoanApplication;
use crate::commands::{Advance, DoWork, Negotiate, Refusal, Submit};
use crate::events::{Amount, ApplicationId};
use crate::fault::{Cause, Fault};
use crate::log::{Activity, Case, Entry};

/// How many events go into one commit, as many as a store takes by default. A commit waits for
/// the disk once, whatever its size; all of it is in the store or nothing, so that a later run
/// knows where to go on.
const BATCH: usize = 1_000;

/// A log in the order of time, and no larger than it must be.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) applications: Vec<Heading>,
    records: Vec<Record>,
    pub(crate) faults: Vec<Fault>,
}

/// What is known of an application beside its events.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) id: ApplicationId,
    requested: Amount,
    registered_on: Timestamp,
    events: u64,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    /// Which of the applications of the timeline.
    application: u32,
    entry: Entry,
}

/// What an import did.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    pub(crate) added: u64,
    /// Events that were in the store before.
    pub(crate) known: u64,
    pub(crate) refused: Vec<Fault>,
}

impl Timeline {
    /// Reads all cases and puts their events in order; what has a fault is noted and left out.
    pub(crate) fn read(cases: impl Iterator<Item = Result<Case, Fault>>) -> Self {
        let mut timeline = Self::default();
        for case in cases {
            match case {
                Ok(case) => timeline.add(case),
                Err(fault) => timeline.faults.push(fault),
            }
        }
        // A stable sort: where times tie, the order in the log decides.
        timeline.records.sort_by_key(|record| record.entry.at);
        timeline
    }

    /// The timeline until its first `count` events, as far as a run came that was cut short.
    #[cfg(test)]
    pub(crate) fn truncate(&mut self, count: usize) {
        self.records.truncate(count);
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn add(&mut self, case: Case) {
        let application = self.applications.len() as u32;
        self.applications.push(Heading {
            id: case.id,
            requested: case.requested,
            registered_on: case.registered_on,
            events: case.entries.len() as u64,
        });
        let entries = case.entries.into_iter();
        self.records
            .extend(entries.map(|entry| Record { application, entry }));
    }
}

/// An application between its first and its last event in the log.
struct Player {
    root: Option<Root<LoanApplication>>,
    /// How many of its events the store had when it was loaded.
    known: u64,
    /// How many of its events in the log have come by.
    seen: u64,
    is_refused: bool,
}

impl Player {
    fn new(root: Option<Root<LoanApplication>>) -> Self {
        let known = root.as_ref().map_or(0, |root| Root::version(root).get());
        Self {
            root,
            known,
            seen: 0,
            is_refused: false,
        }
    }
}

/// Why an import could not go on. What was committed before stays; another run goes on from there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Append(#[from] AppendError),
}

// ANCHOR: import
/// Plays what the store does not have yet, and calls `progress` with the events that came by.
///
/// A run that was cut short left the first events of each application in the store, so how far
/// an application is can be told from its version: there is no bookkeeping beside the log.
pub(crate) async fn import<S: Store>(
    app: &Pericarp<S>,
    timeline: &Timeline,
    progress: impl Fn(u64),
) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut players = HashMap::new();
    for batch in timeline.records.chunks(BATCH) {
        load(app, timeline, batch, &mut players).await?;
        let mut commit = Commit::new(app.next_commit_id());
        for record in batch {
            let heading = &timeline.applications[record.application as usize];
            let Some(player) = players.get_mut(&record.application) else {
                continue;
            };
            player.seen += 1;
            if player.seen <= player.known {
                imported.known += 1;
            } else if !player.is_refused {
                match play(&mut player.root, heading, &record.entry) {
                    Ok(()) => imported.added += 1,
                    Err(refusal) => {
                        player.is_refused = true;
                        imported.refused.push(Fault {
                            line: record.entry.line,
                            case: Some(heading.id.to_string()),
                            cause: Cause::Refused(refusal),
                        });
                    }
                }
            }
            // Event by event, so that the commit keeps the order of time over all applications.
            if let Some(root) = &mut player.root {
                commit.record(root)?;
            }
            if player.seen == heading.events {
                players.remove(&record.application);
            }
        }
        app.store().append(commit).await?;
        progress(batch.len() as u64);
    }
    Ok(imported)
}
// ANCHOR_END: import

/// Loads the applications that come up for the first time.
async fn load<S: Store>(
    app: &Pericarp<S>,
    timeline: &Timeline,
    batch: &[Record],
    players: &mut HashMap<u32, Player>,
) -> Result<(), LoadError> {
    let applications = batch.iter().map(|record| record.application);
    let new: BTreeSet<u32> = applications
        .filter(|application| !players.contains_key(application))
        .collect();
    let id = |application: &u32| timeline.applications[*application as usize].id;
    let ids = new.iter().map(id).collect::<Vec<_>>();
    let roots = app.load_many(&ids).await?;
    players.extend(new.into_iter().zip(roots.into_iter().map(Player::new)));
    Ok(())
}

/// Says to the application what the log says that was done.
fn play(
    root: &mut Option<Root<LoanApplication>>,
    heading: &Heading,
    entry: &Entry,
) -> Result<(), DecideError<Refusal>> {
    let application = heading.id;
    let context = Context::new(entry.at);
    match entry.activity {
        Activity::Submit(by) => {
            let (requested, registered_on) = (heading.requested, heading.registered_on);
            decide(
                root,
                &Submit {
                    application,
                    requested,
                    registered_on,
                    by,
                },
                &context,
            )
        }
        Activity::Advance(step, by) => decide(
            root,
            &Advance {
                application,
                step,
                by,
            },
            &context,
        ),
        Activity::Negotiate(step, by) => decide(
            root,
            &Negotiate {
                application,
                step,
                by,
            },
            &context,
        )
        .map(|_offer| ()),
        Activity::Work(item, step, by) => decide(
            root,
            &DoWork {
                application,
                item,
                step,
                by,
            },
            &context,
        ),
    }
}
