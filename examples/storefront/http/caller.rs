use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use pericarp::telemetry::TraceParent;
use pericarp::{Payload, Position, Principal};

/// Who calls, and what they say beside the request.
pub(super) struct Caller {
    principal: Option<Principal>,
    key: Option<String>,
    trace: Option<TraceParent>,
    /// What they have seen already.
    pub(super) after: Position,
}

impl Caller {
    /// Whom a gateway has let in: it sets `x-user` and `x-roles`, and lets nobody else set them.
    fn principal(headers: &HeaderMap) -> Option<Principal> {
        let principal = Principal::new(text(headers, "x-user")?);
        let roles = text(headers, "x-roles").unwrap_or_default();
        let roles = roles
            .split(',')
            .map(str::trim)
            .filter(|role| !role.is_empty());
        Some(roles.fold(principal, Principal::with_role))
    }

    /// Their id; nobody's is empty, and comes through no middleware that wants one.
    pub(super) fn id(&self) -> String {
        let principal = self.principal.as_ref();
        principal
            .map(|principal| principal.id.clone())
            .unwrap_or_default()
    }

    /// The key under which they may send it again.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    // ANCHOR: payload
    /// A request of theirs.
    pub(super) fn payload<R>(self, request: R) -> Payload<R> {
        let mut payload = Payload::new(request);
        if let Some(trace) = self.trace {
            payload = payload.with_metadata(trace.metadata());
        }
        if let Some(principal) = self.principal {
            payload = payload.by(principal);
        }
        if let Some(key) = self.key {
            payload = payload.with_idempotency_key(key);
        }
        payload
    }
    // ANCHOR_END: payload
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        let after = text(headers, "x-after").and_then(|after| after.parse().ok());
        Ok(Self {
            principal: Self::principal(headers),
            key: text(headers, "idempotency-key").map(str::to_owned),
            trace: parts.extensions.get().copied().flatten(),
            after: Position::new(after.unwrap_or_default()),
        })
    }
}

/// A header that is there, and not empty.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let text = headers.get(name)?.to_str().ok()?;
    (!text.is_empty()).then_some(text)
}
