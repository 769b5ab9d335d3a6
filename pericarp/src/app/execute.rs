use futures_timer::Delay;
use tokio::sync::MutexGuard;

use super::core::Core;
use super::gate::Gate;
use super::keep::is_as_of;
use super::repetition::Before;
use super::repository::stream_of;
use super::spans;
use super::{LoadError, Pericarp, SaveError};
use crate::middleware::{Chain, Layers};
use crate::store::{AppendError, Store};
use crate::{
    Aggregate, Command, Commit, CommitId, Committed, Context, DecideError, ExecuteError, Handler,
    Outcome, Payload, Response, Root, StreamName, Version, WrongExistence, decide,
};

/// The error of the aggregate that a command is for.
type ErrorOf<C> = <<C as Command>::Aggregate as Aggregate>::Error;

impl<S: Store, P: Send + Sync, L> Pericarp<S, P, L> {
    /// Executes a command: loads its aggregate, lets it decide, and appends what it emits. On its
    /// way it passes through the layers of the application and the middlewares that it lists.
    ///
    /// If another writer was faster, the aggregate is loaded again and decides again, as often as
    /// [`Retry`](crate::Retry) says.
    ///
    /// # Errors
    /// [`ExecuteError`]; it holds the aggregate's own error if the aggregate refused.
    pub async fn execute<C>(&self, command: C) -> Result<C::Returns, ExecuteError<ErrorOf<C>>>
    where
        C: Command + Send,
        C::Chain: Chain<C, P>,
        L: Layers<C, P>,
    {
        Ok(self.execute_payload(Payload::new(command)).await?.answer)
    }

    /// Executes a command whose events carry the time and the metadata of `context`, and says
    /// where they were stored.
    ///
    /// # Errors
    /// [`ExecuteError`], as [`Pericarp::execute`].
    pub async fn execute_with<C>(
        &self,
        context: &Context,
        command: C,
    ) -> Result<Response<C::Returns>, ExecuteError<ErrorOf<C>>>
    where
        C: Command + Send,
        C::Chain: Chain<C, P>,
        L: Layers<C, P>,
    {
        let payload = Payload::new(command).with_context(context);
        self.execute_payload(payload).await
    }

    /// Executes a command that comes with metadata, or from somebody, and says where its events
    /// were stored.
    ///
    /// # Errors
    /// [`ExecuteError`], as [`Pericarp::execute`].
    pub async fn execute_payload<C>(&self, mut payload: Payload<C>) -> Outcome<C>
    where
        C: Command + Send,
        C::Chain: Chain<C, P>,
        L: Layers<C, P>,
    {
        self.pass(&mut payload, &self.core).await
    }
}

impl<C: Command + Send, S: Store> Handler<C> for Core<S> {
    async fn handle(&self, payload: &mut Payload<C>) -> Outcome<C> {
        let context = payload.context(|| self.now());
        let command = &payload.request;
        let stream = stream_of::<C::Aggregate>(command.id()).map_err(LoadError::from)?;
        let gate = self.gate(&stream);
        // While others queue for this stream, come after them.
        let mut turn = gate.behind_others().await;
        let mut delays = self.retry().delays();
        let mut was_stored = false;
        let mut memory = Memory::Any;
        let mut conflicted_in_doubt = false;
        loop {
            let kept = self
                .remembered(command.id(), &stream)
                .filter(|root| memory.may_be(Root::version(root)));
            // What is in memory need not be the newest: nothing but an append that succeeds says so.
            let in_doubt = kept.is_some();
            memory = Memory::None;
            let mut root = match (kept, payload.commit_id()) {
                (Some(root), _) => Some(root),
                (None, None) => self.load_stream(command.id(), stream.clone()).await?,
                (None, Some(commit)) => {
                    match self
                        .load_before(command.id(), stream.clone(), commit)
                        .await?
                    {
                        Before::All(root) => root,
                        Before::First(first) => return self.repeat(commit, first, command).await,
                    }
                }
            };
            let decided = spans::decide(&stream, || decide(&mut root, command, &context));
            let emitted = root.as_ref().is_some_and(|root| !Root::is_clean(root));
            if in_doubt && (decided.is_err() || !emitted) {
                continue;
            }
            let (answer, root) = match (decided, root) {
                (Ok(answer), Some(root)) if emitted => (answer, root),
                (decided, root) => {
                    if let Some(root) = root.filter(|_| !emitted) {
                        self.keep(&stream, root);
                    }
                    let answer = decided.map_err(|error| execute_error(error, &stream))?;
                    return Ok(Response::new(answer));
                }
            };
            let id = payload.commit_id();
            let id = id.unwrap_or_else(|| self.next_commit_id());
            match self.append_root(id, &root).await {
                Ok(committed) => {
                    let as_of = is_as_of(&committed, &stream, Root::version(&root));
                    let has_id = payload.commit_id().is_some();
                    if has_id && !as_of && !was_stored {
                        // It was there before, and what was decided on holds it already.
                        was_stored = !in_doubt;
                        continue;
                    }
                    let was_first = if has_id {
                        self.was_first(id, &context).await
                    } else {
                        Some(true)
                    };
                    if was_first != Some(false) {
                        if as_of && was_first.is_some() {
                            self.keep(&stream, root);
                        }
                        return Ok(Response::new(answer).committed(committed));
                    }
                }
                Err(SaveError::Append(AppendError::CommitIdReused { .. }))
                    if payload.commit_id().is_some() =>
                {
                    // Somebody else has stored it meanwhile, or under this key something else.
                    if was_stored {
                        return Err(ExecuteError::KeyReused { id });
                    }
                    was_stored = !in_doubt;
                }
                Err(SaveError::Append(AppendError::Conflict(conflict))) if in_doubt => {
                    // That is not one of the decisions that may be repeated: without a memory
                    // there would have been none.
                    let decided_on = Root::committed_version(&root);
                    if conflict.actual < decided_on {
                        self.baselines().forget::<C::Aggregate>(&stream);
                    }
                    if !conflicted_in_doubt {
                        memory = Memory::NewerThan(decided_on);
                    }
                    conflicted_in_doubt = true;
                    if turn.is_none() {
                        turn = gate.turn().await;
                    }
                }
                Err(error) if in_doubt && is_of_decision(&error) => {}
                Err(error) => {
                    let again = matches!(error, SaveError::Append(AppendError::Conflict(_)));
                    let Some(delay) = delays.next().filter(|_| again) else {
                        return Err(error.into());
                    };
                    wait_turn(&mut turn, gate, delay).await;
                }
            }
        }
    }
}

impl<S: Store> Core<S> {
    /// Appends what the root emitted. If the outcome is unknown, the same commit is appended once
    /// more, which finds out.
    pub(super) async fn append_root<A: Aggregate>(
        &self,
        id: CommitId,
        root: &Root<A>,
    ) -> Result<Committed, SaveError> {
        let commit = || {
            let mut commit = Commit::new(id);
            commit.copy_from(root).map(|()| commit)
        };
        match self.append(commit()?).await {
            Err(SaveError::Append(unknown @ AppendError::OutcomeUnknown { .. })) => {
                match self.append(commit()?).await {
                    // The store did not get so far as to look for the commit, so what came of
                    // the first attempt is as unknown as before.
                    Err(SaveError::Append(
                        AppendError::Failed { .. }
                        | AppendError::QueueFull { .. }
                        | AppendError::Closed,
                    )) => Err(SaveError::Append(unknown)),
                    outcome => outcome,
                }
            }
            outcome => outcome,
        }
    }
}

/// Whether it is what was decided that cannot be stored, so that another decision may be.
const fn is_of_decision(error: &SaveError) -> bool {
    matches!(
        error,
        SaveError::Commit(_)
            | SaveError::Append(AppendError::TooManyEvents { .. } | AppendError::TooLarge { .. })
    )
}

/// Which state in memory a command may be decided on.
enum Memory {
    Any,
    /// One that others in this process have left since.
    NewerThan(Version),
    None,
}

impl Memory {
    fn may_be(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NewerThan(other) => version > *other,
            Self::None => false,
        }
    }
}

/// The first time, queues up with the others that lost; after that, nobody in this process is in
/// the way, and waiting gives another process time.
async fn wait_turn<'g>(
    turn: &mut Option<MutexGuard<'g, ()>>,
    gate: &'g Gate,
    delay: std::time::Duration,
) {
    if turn.take().is_some() {
        // Not with the turn in hand: streams share gates.
        Delay::new(delay).await;
    }
    *turn = gate.turn().await;
}

fn execute_error<E>(error: DecideError<E>, stream: &StreamName) -> ExecuteError<E> {
    let stream = stream.clone();
    match error {
        DecideError::Refused(error) => ExecuteError::Refused(error),
        DecideError::Existence {
            wrong: WrongExistence::AlreadyExists,
            ..
        } => ExecuteError::AlreadyExists { stream },
        // The root that was loaded is the one the command is for, so no other error is left.
        DecideError::Existence { .. } | DecideError::WrongAggregate { .. } => {
            ExecuteError::NotFound { stream }
        }
    }
}
