use super::Principal;
use crate::shared_metadata::SharedMetadata;
use crate::{CommitId, Context, Metadata, Timestamp};

/// A request and what it comes with: who asks, when, and the metadata that its events will carry.
///
/// Every middleware may look at all of it, and change it for those inside.
///
/// ```
/// use pericarp::{Metadata, Payload, Principal};
///
/// let payload = Payload::new("any request")
///     .with_metadata(Metadata { correlation_id: Some("order-17".into()), ..Metadata::default() })
///     .by(Principal::new("ann").with_role("teller"));
/// assert_eq!(payload.metadata().user_id.as_deref(), Some("ann"));
/// ```
#[derive(Clone, Debug)]
pub struct Payload<R> {
    /// The command or the query.
    pub request: R,
    /// Who asks, if that is known.
    pub principal: Option<Principal>,
    occurred_at: Option<Timestamp>,
    metadata: SharedMetadata,
    idempotency_key: Option<String>,
    commit_id: Option<CommitId>,
}

impl<R> Payload<R> {
    /// A request that comes from nobody in particular, and now.
    pub const fn new(request: R) -> Self {
        Self {
            request,
            principal: None,
            occurred_at: None,
            metadata: SharedMetadata::NONE,
            idempotency_key: None,
            commit_id: None,
        }
    }

    /// It comes with this metadata, instead of any before: its correlation, causation, user and
    /// trace ids, and more.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = SharedMetadata::new(metadata);
        self
    }

    /// It comes with the time and the metadata of a context.
    #[must_use]
    pub fn with_context(mut self, context: &Context) -> Self {
        self.occurred_at = Some(context.occurred_at());
        self.metadata = context.shared_metadata().clone();
        self
    }

    /// It happens at this time; otherwise when the application's clock says, as it is handled.
    #[must_use]
    pub const fn at(mut self, time: Timestamp) -> Self {
        self.occurred_at = Some(time);
        self
    }

    /// It comes from somebody. If the metadata does not name a user yet, it names them.
    #[must_use]
    pub fn by(mut self, principal: Principal) -> Self {
        if self.metadata().user_id.is_none() {
            self.metadata_mut().user_id = Some(principal.id.clone());
        }
        self.principal = Some(principal);
        self
    }

    /// It comes with the key under which its sender sends it again, if they do: for
    /// [`Idempotent`](crate::middleware::Idempotent), without which it means nothing.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// The key under which its sender sends it again.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// A command stores its events as this commit, and if that is stored already, nothing: it
    /// gets the answer of the first.
    pub const fn set_commit_id(&mut self, id: CommitId) {
        self.commit_id = Some(id);
    }

    /// The commit that a command stores its events as, if that was said.
    pub const fn commit_id(&self) -> Option<CommitId> {
        self.commit_id
    }

    /// Another request that comes with the same.
    pub fn map<Q>(self, request: impl FnOnce(R) -> Q) -> Payload<Q> {
        Payload {
            request: request(self.request),
            principal: self.principal,
            occurred_at: self.occurred_at,
            metadata: self.metadata,
            idempotency_key: self.idempotency_key,
            commit_id: self.commit_id,
        }
    }

    /// When it happens, if that was said.
    pub const fn occurred_at(&self) -> Option<Timestamp> {
        self.occurred_at
    }

    /// The metadata that its events will carry.
    pub fn metadata(&self) -> &Metadata {
        self.metadata.get()
    }

    /// The metadata, to be changed.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        self.metadata.make_mut()
    }

    /// What its events carry, with the time `now` if none was said.
    pub fn context(&self, now: impl FnOnce() -> Timestamp) -> Context {
        Context::new(self.occurred_at.unwrap_or_else(now)).with_shared(self.metadata.clone())
    }
}
