use tokio::task::yield_now;

use super::check::{offered, within};
use super::crowd::Progress;
use super::events::{commit_with, new_id, stream};
use super::random::Random;
use super::tally::Tally;
use super::{OpenTransaction, Subject};
use crate::store::Store;
use crate::{Commit, Committed, Expected, StreamName, Version};

/// One of a crowd of writers: commits of several events, to a stream of its own, whose version it
/// knows, and to some that it shares with the others.
pub(super) struct Writer {
    random: Random,
    own: StreamName,
    version: Version,
    share: u64,
    tally: Tally,
}

/// How many streams the writers share.
const SHARED: usize = 20;

impl Writer {
    pub(super) fn new(number: usize, random: Random, share: usize) -> Self {
        Self {
            random,
            own: stream(&format!("writer-{number}")),
            version: Version::NONE,
            share: share as u64,
            tally: Tally::default(),
        }
    }

    /// Appends its share through the store.
    pub(super) async fn write(
        &mut self,
        store: &impl Store,
        progress: &Progress,
    ) -> Result<Tally, String> {
        while self.tally.events < self.share {
            let commit = self.next();
            self.pause().await;
            let outcome = store.append(commit.clone()).await;
            let answer = outcome.map_err(|error| error.to_string())?;
            progress.acknowledged(answer.last);
            self.stored(&commit, &answer);
        }
        Ok(std::mem::take(&mut self.tally))
    }

    /// Appends its share in transactions, of which it drops some.
    pub(super) async fn write_as_client<S: Subject>(
        &mut self,
        law: &str,
        subject: &S,
        log: &S::Log,
        store: &S::Store,
        progress: &Progress,
    ) -> Result<Tally, String> {
        while self.tally.events < self.share {
            let begun = within(law, "begin a transaction", subject.begin(log, store)).await;
            let Some(mut open) = offered(law, "transactions", true, begun) else {
                break;
            };
            let before = self.version;
            let appended = self.append_in(&mut open).await?;
            if self.random.below(8) == 0 {
                drop(open);
                self.version = before;
                continue;
            }
            within(law, "commit", open.commit()).await;
            for (commit, answer) in appended {
                progress.acknowledged(answer.last);
                self.stored(&commit, &answer);
            }
        }
        Ok(std::mem::take(&mut self.tally))
    }

    /// Writes other things, then appends once or twice, with delays.
    async fn append_in(
        &mut self,
        open: &mut OpenTransaction,
    ) -> Result<Vec<(Commit, Committed)>, String> {
        for _ in 0..=self.random.below(3) {
            open.write().await;
            self.pause().await;
        }
        let mut appended = Vec::new();
        for _ in 0..=self.random.below(5) / 4 {
            let commit = self.next();
            let outcome = open.append(&commit).await;
            let answer = outcome.map_err(|error| error.to_string())?;
            self.version = self.version_after(&answer);
            appended.push((commit, answer));
            self.pause().await;
        }
        Ok(appended)
    }

    fn next(&mut self) -> Commit {
        let shared: Vec<StreamName> = (0..self.random.below(3))
            .map(|_| stream(&format!("shared-{}", self.random.below(SHARED))))
            .collect();
        let own = 1 + self.random.below(4);
        let mut turns = vec![(&self.own, Expected::Version(self.version), own)];
        for stream in &shared {
            turns.push((stream, Expected::Any, self.random.below(4)));
        }
        commit_with(new_id(), &turns, "")
    }

    async fn pause(&mut self) {
        for _ in 0..self.random.below(24) {
            yield_now().await;
        }
    }

    fn stored(&mut self, commit: &Commit, answer: &Committed) {
        self.tally.acknowledged(answer, commit.len());
        self.version = self.version_after(answer);
    }

    /// The version of its own stream, to which it turns first.
    fn version_after(&self, answer: &Committed) -> Version {
        answer
            .streams
            .first()
            .map_or(self.version, |turn| turn.last)
    }
}
