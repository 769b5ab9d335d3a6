use std::error::Error;

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pericarp::middleware::{Fault, Invalid};
use pericarp::{AskError, ExecuteError, Failure};
use serde::Serialize;

use crate::shop::Refusal;

/// Why nothing came of a call, as <https://www.rfc-editor.org/rfc/rfc9457> has it, with a code that
/// stays as it is.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(serialize_with = "number")]
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) faults: Vec<Wrong>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize)]
pub(crate) struct Wrong {
    path: String,
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            status,
            code,
            detail,
            faults: Vec::new(),
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "http.not_found",
            format!("there is no such {what}"),
        )
    }

    // ANCHOR: failure
    /// One for any request that failed.
    fn of(failure: &impl Failure) -> Self {
        let status = match failure.code() {
            "request.unauthenticated" => StatusCode::UNAUTHORIZED,
            "request.forbidden" => StatusCode::FORBIDDEN,
            "command.not_found" => StatusCode::NOT_FOUND,
            "command.refused" | "command.already_exists" => StatusCode::CONFLICT,
            "request.timed_out" => StatusCode::GATEWAY_TIMEOUT,
            "append.closed" | "read.closed" => StatusCode::SERVICE_UNAVAILABLE,
            _ if failure.is_refusal() => StatusCode::UNPROCESSABLE_ENTITY,
            _ if failure.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let invalid = failure
            .stopped()
            .and_then(|stopped| stopped.reason::<Invalid>());
        let faults = invalid.map_or(&[][..], |invalid| &invalid.faults);
        Self {
            status,
            code: failure.code(),
            detail: match status {
                // What went wrong inside is in the log, and nobody else's business.
                StatusCode::INTERNAL_SERVER_ERROR => "something went wrong".to_owned(),
                _ => failure.to_string(),
            },
            faults: faults.iter().map(Wrong::from).collect(),
        }
    }
    // ANCHOR_END: failure
}

impl From<ExecuteError<Refusal>> for Problem {
    fn from(error: ExecuteError<Refusal>) -> Self {
        let problem = Self::of(&error);
        match error {
            ExecuteError::Refused(refusal) => Self {
                status: status_of(&refusal),
                code: refusal.code(),
                ..problem
            },
            _ => problem,
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<AskError<E>> for Problem {
    fn from(error: AskError<E>) -> Self {
        Self::of(&error)
    }
}

const fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::SomebodyElses => StatusCode::FORBIDDEN,
        Refusal::NotInOrder { .. } | Refusal::NoSuchProduct { .. } => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    }
}

impl From<&Fault> for Wrong {
    fn from(fault: &Fault) -> Self {
        Self {
            path: fault.path.clone(),
            message: fault.message.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

pub(super) async fn no_route() -> Problem {
    Problem::not_found("page")
}

pub(super) async fn no_method() -> Problem {
    let detail = "it does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "http.method", detail)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}
