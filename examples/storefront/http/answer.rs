use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pericarp::{Committed, Position};
use serde::Serialize;

/// What came of a call: JSON, and where in the log what it changed is.
pub(super) struct Answer<T> {
    status: StatusCode,
    body: T,
    position: Option<Position>,
}

/// The header that says where in the log the last event of a command is. Who sends it back as
/// `x-after` sees an answer to his query that has it.
const POSITION: &str = "x-position";

impl<T> Answer<T> {
    pub(super) const fn new(body: T) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            position: None,
        }
    }

    pub(super) const fn created(body: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            body,
            position: None,
        }
    }

    pub(super) fn committed(self, committed: Option<&Committed>) -> Self {
        let position = committed.map(|committed| committed.last);
        Self { position, ..self }
    }

    pub(super) fn at(self, position: Position) -> Self {
        let position = Some(position);
        Self { position, ..self }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(position) = self.position {
            let value = HeaderValue::from(position.get());
            response.headers_mut().insert(POSITION, value);
        }
        response
    }
}
