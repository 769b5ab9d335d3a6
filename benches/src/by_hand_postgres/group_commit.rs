use sqlx::PgConnection;
use tokio::sync::{mpsc, oneshot};

use super::unnest::{Event, unnest};
use crate::Outcome;
use crate::appender::Appender;
use crate::work::Deposited;

/// A group commit as one would write it in an afternoon: a task that drains a channel into one
/// statement and answers everybody. It checks nothing and counts no version.
#[derive(Clone, Debug)]
pub struct GroupCommit(mpsc::Sender<Job>);

#[derive(Debug)]
struct Job {
    event: Event,
    done: oneshot::Sender<()>,
}

impl GroupCommit {
    /// Starts the task. It ends when the last clone is dropped.
    pub fn new(mut connection: PgConnection, table: &'static str) -> Self {
        let (sender, mut jobs) = mpsc::channel::<Job>(1_024);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while jobs.recv_many(&mut batch, 1_024).await > 0 {
                let events = batch.iter().map(|job| &job.event);
                unnest(&mut connection, table, events).await?;
                for job in batch.drain(..) {
                    let _ = job.done.send(());
                }
            }
            Outcome::Ok(())
        });
        Self(sender)
    }
}

/// Somebody who appends through a group commit, and counts the versions.
#[derive(Debug)]
pub struct Grouped {
    group: GroupCommit,
    stream: i64,
    version: i64,
}

impl Grouped {
    /// So many of them.
    pub fn new(group: &GroupCommit, count: i64) -> Vec<Self> {
        let grouped = |stream| Self {
            group: group.clone(),
            stream,
            version: 0,
        };
        (1..=count).map(grouped).collect()
    }
}

impl Appender for Grouped {
    async fn append(&mut self) -> Outcome<()> {
        self.version += 1;
        let (done, is_done) = oneshot::channel();
        let event = Event {
            stream: self.stream,
            version: self.version,
            ordinal: 0,
            data: serde_json::to_string(&Deposited::number(self.version % 100))?,
        };
        let job = Job { event, done };
        self.group
            .0
            .send(job)
            .await
            .map_err(|_| "the writer ended")?;
        is_done.await?;
        Ok(())
    }
}
