use std::ops::ControlFlow;

use super::core::Core;
use super::folding::Folding;
use super::spans;
use super::{LoadError, SaveError};
use crate::store::{AppendError, Read, ReadStream, Store, Visit};
use crate::{
    Aggregate, Command, Commit, CommitId, Context, ExecuteError, Metadata, Outcome, Page,
    RecordedEvent, Response, Root, StreamName, Timestamp, decide,
};

/// An aggregate as it was before a commit.
pub(super) enum Before<A: Aggregate> {
    /// As it is: its stream does not hold the commit.
    All(Option<Root<A>>),
    /// The commit is there.
    First(First<A>),
}

/// What a repetition of a command is decided on.
pub(super) struct First<A: Aggregate> {
    root: Option<Root<A>>,
    context: Context,
}

impl<S: Store> Core<S> {
    /// Loads an aggregate as it was before a commit, if that is in its stream.
    pub(super) async fn load_before<A: Aggregate>(
        &self,
        id: &A::Id,
        stream: StreamName,
        commit: CommitId,
    ) -> Result<Before<A>, LoadError> {
        // What its state can be had from without its first events does not say which commits these
        // were of. One that is not there after the load was not in what was loaded.
        if A::SNAPSHOTS.is_some() || self.baselines().keeps::<A>() {
            let root = self.load_stream(id, stream.clone()).await;
            let commit = self.store().read(Read::Commit(commit), Page::new()).await?;
            if commit.is_empty() {
                return Ok(Before::All(root?));
            }
        }
        let until = Until {
            commit,
            folding: Folding::default(),
            found: None,
        };
        let read = ReadStream::new(stream.clone());
        let until = spans::load(&stream, self.store().visit(read, until)).await?;
        let root = self.folded(id, stream, until.folding).await?;
        Ok(match until.found {
            None => Before::All(root),
            Some(found) => Before::First(First {
                root,
                context: found.context(),
            }),
        })
    }

    /// Whether a commit that was just appended was not there already, from somebody who sent the
    /// same at the same time: then the answer must be theirs, as it depends on time and metadata.
    /// `None` if that cannot be read; it is stored by now, so that is no reason to say otherwise.
    pub(super) async fn was_first(&self, commit: CommitId, context: &Context) -> Option<bool> {
        let read = Read::Commit(commit);
        let page = self.store().read(read, Page::new()).await.ok()?;
        let event = page.first()?;
        Some(
            event.occurred_at == context.occurred_at() && event.metadata == context.metadata_json(),
        )
    }

    /// Whether the log has a commit with the times and the metadata that this one gave its events,
    /// and not those of somebody who stored the same before.
    pub(super) async fn was_stored_as(&self, commit: &Commit) -> bool {
        let read = Read::Commit(commit.id());
        let Ok(page) = self.store().read(read, Page::new()).await else {
            return false;
        };
        let events = commit.appends().flat_map(|(_, events)| events);
        events
            .map(|event| (event.occurred_at, event.metadata))
            .eq(page
                .events()
                .map(|event| (event.occurred_at, event.metadata)))
    }

    /// Decides a command again as it was decided the first time, and stores nothing: the store
    /// knows the commit, and says whether it is the same.
    pub(super) async fn repeat<C: Command + Send>(
        &self,
        commit: CommitId,
        first: First<C::Aggregate>,
        command: &C,
    ) -> Outcome<C> {
        let First { mut root, context } = first;
        let reused = || ExecuteError::KeyReused { id: commit };
        let answer = decide(&mut root, command, &context).map_err(|_| reused())?;
        let root = root
            .filter(|root| !Root::is_clean(root))
            .ok_or_else(reused)?;
        match self.append_root(commit, &root).await {
            Ok(committed) => Ok(Response::new(answer).committed(committed)),
            Err(SaveError::Append(AppendError::CommitIdReused { .. })) => Err(reused()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Folds the events of a stream up to a commit.
struct Until<A> {
    commit: CommitId,
    folding: Folding<A>,
    found: Option<Found>,
}

/// What the first event of the commit came with.
struct Found {
    occurred_at: Timestamp,
    metadata: Option<Metadata>,
}

impl Found {
    fn context(&self) -> Context {
        let context = Context::new(self.occurred_at);
        match &self.metadata {
            Some(metadata) => context.with_metadata(metadata),
            None => context,
        }
    }
}

impl<A: Aggregate> Visit for Until<A> {
    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()> {
        if event.id != self.commit.get() {
            return self.folding.visit(event);
        }
        self.found = Some(Found {
            occurred_at: event.occurred_at,
            metadata: event.parse_metadata().ok(),
        });
        ControlFlow::Break(())
    }
}
